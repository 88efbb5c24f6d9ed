import {
  type CanonicalStruct,
  imageName,
  type Project,
  type Service,
  structsIn,
} from '../../compose/index.ts';
import type { Invocation } from '../declaration.ts';
import { requireProject } from '../scope.ts';

export interface VizOptions {
  image: boolean;
  networks: boolean;
  ports: boolean;
  spaces: boolean;
  indentationSize: number | undefined;
}

/** Prints the services of a project and what they depend on as a graph for Graphviz. */
export async function alphaViz({ context, options }: Invocation<VizOptions>): Promise<undefined> {
  const { project } = await requireProject(context);
  const indent = (options.spaces ? ' ' : '\t').repeat(options.indentationSize ?? 1);
  const services = Object.values(project.services);
  const nodes = services.map((service) => `${indent}${node(project, service, options)}\n`);
  const edges = services.flatMap((service) =>
    Object.keys(service.dependsOn).map((name) => `${indent}"${service.name}" -> "${name}";\n`),
  );
  const lines = [`digraph "${project.name}" {\n`, `${indent}layout=dot;\n`, ...nodes, '\n', ...edges, '}\n'];
  context.output.line(lines.join(''));
}

function node(project: Project, service: Service, { networks, ports, image }: VizOptions): string {
  const names = Object.keys(service.networks);
  const published = structsIn(service.canonical.values.get('ports'));
  const parts = [
    networks && names.length > 0 ? ['Networks:', ...names] : [],
    ports && published.length > 0 ? ['Ports:', ...published.map(portText)] : [],
    image ? ['Image:', imageName(project, service)] : [],
  ].filter((part) => part.length > 0);
  const details = parts.map(([title = '', ...lines]) => {
    const rest = lines.map((line) => `<br/>${line}`).join('');
    return `<font point-size="10"><br/><br/><b>${title}</b>${rest}</font>`;
  });
  const label = `<font point-size="15">${service.name}</font>${details.join('')}`;
  return `"${service.name}" [style="filled" label=<${label}>];`;
}

function portText({ values }: CanonicalStruct): string {
  const [host, published, target] = ['host_ip', 'published', 'target'].map((key) => values.get(key) ?? '');
  const place = host === '' ? '' : `${host}:`;
  return `${place}${published}:${target} (${values.get('protocol')}, ${values.get('mode')})`;
}
