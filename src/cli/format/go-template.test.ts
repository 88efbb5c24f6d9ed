import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWherryError } from '../../core/errors.ts';
import { GoTemplate } from './go-template.ts';

const row = {
  Name: 'app-web-1',
  State: 'running',
  Health: '',
  ExitCode: 3,
  Publishers: [
    { URL: '0.0.0.0', TargetPort: 80 },
    { URL: '::', TargetPort: 81 },
  ],
  Label: (key: unknown) => ({ tier: 'front' })[String(key)] ?? '',
};
const template = (text: string): GoTemplate => new GoTemplate(text, { rowJson: ({ Name }) => `<${Name}>` });

// What docker compose v5 prints for them.
it.each([
  ['plain', 'plain'],
  ['{{.Name}} is {{.State}}', 'app-web-1 is running'],
  [
    '{{json .Name}} {{json .Publishers}} {{json .}}',
    '"app-web-1" [{"URL":"0.0.0.0","TargetPort":80},{"URL":"::","TargetPort":81}] <app-web-1>',
  ],
  ['{{.Name | upper | printf "%-12s|"}}', 'APP-WEB-1   |'],
  ['{{upper (truncate .Name 3)}}', 'APP'],
  ['{{join (split .Name "-") "+"}}', 'app+web+1'],
  ['{{.Label "tier"}}/{{"tier" | .Label}}/{{.Label "none"}}', 'front/front/'],
  ['{{range .Publishers}}{{.TargetPort}},{{end}}', '80,81,'],
  ['{{range .Publishers}}{{$.Name}} {{end}}', 'app-web-1 app-web-1 '],
  ['{{(index .Publishers 1).URL}} {{len .Publishers}}', ':: 2'],
  ['{{if eq .State "exited" "running"}}up{{else}}down{{end}}', 'up'],
  ['{{if .Health}}{{.Health}}{{else if gt .ExitCode 2}}bad{{else}}fine{{end}}', 'bad'],
  ['{{with .State}}<{{.}}>{{end}}{{with .Health}}never{{end}}', '<running>'],
  ['a {{- /* gone */ -}} b {{- .ExitCode -}} c', 'ab3c'],
  ['{{and .Name .Health}}|{{or .Health .Name}}|{{not .Health}}', '|app-web-1|true'],
  ['{{`a"b`}} {{"}}"}} {{true}} {{pad .Name 1 1}}.', 'a"b }} true  app-web-1 .'],
  ['{{title "one two"}} {{lower "ABC"}}', 'One Two abc'],
  ['{{print .ExitCode .State}} {{println .ExitCode 1}}', '3running 3 1\n'],
])('%s', (text, rendered) => {
  expect(template(text).render(row)).toBe(rendered);
});

it('shows the titles of fields, and functions leave them alone', () => {
  const titles = { Name: 'NAME', State: 'STATE' };
  expect(template('{{upper .Name}}\t{{json .State}}\t{{.ExitCode}}').renderTitles(titles)).toBe(
    'NAME\tSTATE\t<no value>',
  );
});

it.each([
  ['{{.Name', 'not closed'],
  ['{{.Nope}}', 'there is no field Nope, the fields are ExitCode, Health'],
  ['{{.Name.First}}', 'there is no field First'],
  ['{{nope .Name}}', 'no function nope'],
  ['{{$x := .Name}}', 'not understood'],
  ['{{template "x"}}', 'not understood'],
  ['{{if .Name}}', 'not closed by an end'],
  ['{{end}}', 'closes'],
  ['{{.Name | }}', 'nothing between the bars'],
  ['{{upper .ExitCode}}', '3 is no text'],
  ['{{.Name "x"}}', 'takes no operands'],
  ['{{.Label}}x{{range .Name}}{{end}}', 'is no list'],
])('%s is refused', (text, message) => {
  expect(() => template(text).render(row)).toThrow(message);
});

describe('whatever comes in', () => {
  it('renders it, or refuses it with INVALID', () => {
    const pieces = fc.constantFrom(
      '{{',
      '}}',
      '.Name',
      '|',
      '(',
      ')',
      '"',
      '`',
      ' ',
      'if',
      'end',
      'else',
      '-',
      '.',
      'json',
      '1',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
        try {
          template(parts.join('')).render(row);
        } catch (error) {
          if (!isWherryError(error, 'INVALID')) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
