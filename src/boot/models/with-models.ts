import { type CanonicalValue, canonicalMap, isMap, withFields } from '../../compose/canonical/value.ts';
import type { LanguageModel, Project, Service } from '../../compose/index.ts';
import type { Backend } from '../../core/index.ts';
import { desiredServices } from '../desired.ts';
import type { OnProgress } from '../progress.ts';
import { inDependencyOrder } from '../service-order.ts';
import { ModelPlugin } from './model-plugin.ts';

export interface WithModelsOptions {
  /** `make`: missing models are pulled, and all are set up. `look`: nothing is changed. */
  effect: 'make' | 'look';
  /** Only the models of these and of what they depend on. Default: of all services. */
  services?: readonly string[] | undefined;
  /** Leave out what the named services depend on. */
  noDeps?: boolean | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: OnProgress | undefined;
}

/**
 * The project whose services know where their models are: `LLM_URL` and `LLM_MODEL` for the model `llm`, or the names that
 * they ask for. By the Docker CLI plugin `docker-model`, as docker compose does it. Fails with `NOT_FOUND` when it is not
 * installed, with `EXIT` or `PROTOCOL` when it fails.
 */
export async function withModels(
  backend: Pick<Backend, 'address'>,
  project: Project,
  { effect, services = [], noDeps = false, signal, onProgress }: WithModelsOptions,
): Promise<Project> {
  if (Object.keys(project.models).length === 0) return project;
  const scope = inDependencyOrder(project, desiredServices(project, {}), {
    named: new Set(services),
    noDeps,
  });
  const used = new Set(scope.flatMap(({ declared }) => Object.keys(declared.models)));
  const models = Object.values(project.models).filter(({ key }) => used.has(key));
  if (models.length === 0) return project;

  const plugin = await ModelPlugin.find(project, models, { address: backend.address, signal });
  if (effect === 'make') {
    const available = await plugin.available();
    await Promise.all(models.map((model) => makeReady(plugin, model, available, onProgress)));
  }
  const endpoint = await plugin.endpoint();
  const knowing = Object.entries(project.services).map(([name, service]): [string, Service] => [
    name,
    withVariables(service, modelVariables(project, service, endpoint)),
  ]);
  return { ...project, services: Object.fromEntries(knowing) };
}

async function makeReady(
  plugin: ModelPlugin,
  model: LanguageModel,
  available: readonly string[],
  onProgress: OnProgress | undefined,
): Promise<void> {
  const tell = (state: 'pulling' | 'configuring' | 'ready'): void =>
    onProgress?.({ kind: 'model', model: model.name ?? model.key, state });
  if (!available.includes(model.model)) {
    tell('pulling');
    await plugin.pull(model);
  }
  tell('configuring');
  await plugin.configure(model);
  tell('ready');
}

function modelVariables(project: Project, service: Service, endpoint: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [key, { modelVar, endpointVar }] of Object.entries(service.models)) {
    const model = project.models[key];
    if (model === undefined) continue;
    const prefix = key.toUpperCase().replaceAll('-', '_');
    variables[modelVar ?? `${prefix}_MODEL`] = model.model;
    variables[endpointVar ?? `${prefix}_URL`] = endpoint;
  }
  return variables;
}

/** In its canonical form too: the config hash of a container is made of them, as the peer's is. */
function withVariables(service: Service, variables: Readonly<Record<string, string>>): Service {
  if (Object.keys(variables).length === 0) return service;
  const written = service.canonical.values.get('environment');
  const all = new Map<string, CanonicalValue>(isMap(written) ? written.entries : []);
  for (const [name, value] of Object.entries(variables)) all.set(name, value);
  return {
    ...service,
    environment: { ...service.environment, ...variables },
    canonical: withFields(service.canonical, { environment: canonicalMap(all) }),
  };
}
