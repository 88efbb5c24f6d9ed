import type { Project } from '../../compose/index.ts';
import { parseReference } from '../../core/reference.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { exitCode } from '../exit-codes.ts';
import { ProgressBoard } from '../output/progress-board.ts';
import { projectOptions, tellWarnings } from '../scope.ts';
import { ask } from '../terminal/ask.ts';
import { t } from '../text.ts';
import { eachImage } from './each-image.ts';
import { pinnedReference } from './pinned-reference.ts';

export interface PublishOptions {
  resolveImageDigests: boolean;
  ociVersion: '1.0' | '1.1' | undefined;
  withEnv: boolean;
  app: boolean;
  yes: boolean;
  insecureRegistry: boolean;
}

/** Puts the files of a project into a registry, where `-f oci://…` and `include` find them. */
export async function publish({
  context,
  words,
  options,
}: Invocation<PublishOptions>): Promise<number | undefined> {
  const { output, globals, env, signal } = context;
  const [repository = ''] = words;
  const { loadProject } = await import('../../compose/index.ts');
  const load = { ...projectOptions(context), profiles: ['*'], unsupported: 'kept' } as const;
  const { project, warnings } = await loadProject(load);
  tellWarnings(context, warnings);
  const boot = await import('../../boot/publish/index.ts');
  const { workingDirectory, environment } = project;
  const files = await boot.readPublishedFiles(project.files, { directory: workingDirectory, environment });
  boot.refuseUnpublishable(project, files);
  const withEnvironment = options.withEnv;
  const findings = await boot.publishFindings(project, files, { withEnvironment });
  if (!options.yes && findings.length > 0) {
    const question = findings.map((finding) => finding.text + finding.question).join('\n');
    if (!(await ask(question, { signal }))) {
      output.note(t('publish.declined'));
      return exitCode.interrupted;
    }
  }
  await pushImages(context, project);
  const pinned =
    options.resolveImageDigests || options.app ? await pinnedImages(context, project) : undefined;
  using board = new ProgressBoard(output);
  board.tell(repository, 'working', 'publishing');
  if (!globals.dryRun) {
    const { registry } = parseReference(repository);
    const insecureRegistries = [...globals.insecureRegistry, ...(options.insecureRegistry ? [registry] : [])];
    const images = options.app ? boot.imagesToCopy(project) : [];
    const { ociVersion } = options;
    const digest = await boot.publishProject(files, {
      repository,
      withEnvironment,
      pinned,
      ociVersion,
      images,
      env,
      insecureRegistries,
      signal,
    });
    if (output.json) output.value({ name: repository, digest });
  }
  board.tell(repository, 'done', 'published');
  return undefined;
}

/** Images that services build are of no use to others where they are; what cannot be pushed is told. */
async function pushImages(context: Context, project: Project): Promise<void> {
  const { imagesToPush } = await import('../../boot/index.ts');
  const names = imagesToPush(project).images.map(({ image }) => image);
  if (names.length === 0) return;
  const backend = await context.backend();
  const options = { ignoreFailures: true, words: { doing: 'Pushing', done: 'Pushed' } } as const;
  await eachImage(context, names, options, async (name) => {
    await backend.image(name).push({ signal: context.signal });
    return 'done';
  });
}

/** A compose file that says nothing but which images, by their digests, the services run. */
async function pinnedImages(context: Context, project: Project): Promise<string> {
  const { configDocument, goYaml, imagesOnly, withPinnedImages } = await import('../../compose/index.ts');
  const backend = await context.backend();
  const document = await withPinnedImages(configDocument(project), (image) =>
    pinnedReference(backend, image, { signal: context.signal }),
  );
  return goYaml(imagesOnly(document), await import('yaml'));
}
