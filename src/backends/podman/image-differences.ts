import type { Reference } from '../../core/reference.ts';
import { Gate } from '../../transport/gate.ts';
import { type BuildProblem, type ChooseBuilder, refuseProblems } from '../engine-api/build-choice.ts';
import { contextsWithoutImage } from '../engine-api/build-context-images.ts';
import { withoutBuildkit } from '../engine-api/build-wishes.ts';
import type { ImageDifferences, RenameImages } from '../engine-api/image-context.ts';
import { fullPlatform } from '../engine-api/platform.ts';
import {
  dockerRegistryCalls,
  pushTag,
  type RegistryCalls,
  repositoryName,
} from '../engine-api/registry-calls.ts';
import { buildPodman } from './build.ts';
import { prunePodmanImages } from './prune-images.ts';
import { isOlder } from './version.ts';

/**
 * Docker trusts registries on the loopback without TLS, Podman only when told so for each call. Its compatible pull
 * cannot be told, so those go through its own.
 */
const registryCalls: RegistryCalls = {
  // It pulls by them, and drops them without a word when it pushes.
  pushesByToken: false,
  pull: (reference, options) => {
    const request = dockerRegistryCalls.pull(reference, options);
    if (!isLoopback(reference)) return request;
    const [os, architecture, variant] = options.platform ? fullPlatform(options.platform).split('/') : [];
    return {
      method: 'POST',
      path: '/v4.0.0/libpod/images/pull',
      versioned: false,
      query: {
        reference: exactName(reference),
        tlsVerify: false,
        compatMode: true,
        OS: os,
        Arch: architecture,
        Variant: variant,
      },
    };
  },
  push: (reference, _options) => {
    // The tag goes with the name: Podman cuts a `/push` at the end of a name off.
    return {
      method: 'POST',
      path: `/images/${repositoryName(reference)}:${pushTag(reference)}/push`,
      query: isLoopback(reference) ? { tlsVerify: false } : {},
    };
  },
};

const chooseBuilder: ChooseBuilder = async (_connection, input, { builder }) => {
  const problems: BuildProblem[] = [];
  if (builder === 'buildkit') {
    problems.push({ path: 'builder', reason: 'Podman has no BuildKit; its own builder takes secrets too' });
  }
  if (input.network === 'none' && input.extraHosts !== undefined) {
    problems.push({ path: 'extraHosts', reason: 'Podman gives a step without a network no hosts file' });
  }
  if (Object.keys(input.ssh ?? {}).length > 0) {
    problems.push({ path: 'ssh', reason: 'Podman takes no agents over its API' });
  }
  if ((input.entitlements ?? []).length > 0) {
    problems.push({ path: 'entitlements', reason: 'Podman grants a build none' });
  }
  if (contextsWithoutImage(input.additionalContexts ?? {}).length > 0) {
    problems.push({
      path: 'additionalContexts',
      reason: 'Podman takes directories, images and services, no URLs',
    });
  }
  refuseProblems(problems);
  return withoutBuildkit(buildPodman, 'Podman');
};

export function podmanImageDifferences(version: string): ImageDifferences {
  const differences = { registryCalls, chooseBuilder, pruneImages: prunePodmanImages };
  return isOlder(version, [4, 8]) ? { ...differences, rename: oneAfterAnother() } : differences;
}

/** Podman before 4.8 reads the names of an image and writes them all back: of two changes at once one is lost. */
function oneAfterAnother(): RenameImages {
  const gate = new Gate(1);
  return async (change, { signal }) => {
    const leave = await gate.enter(signal);
    try {
      await change();
    } finally {
      leave();
    }
  };
}

function isLoopback({ registry }: Reference): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(registry);
}

function exactName({ registry, repository, tag, digest }: Reference): string {
  const name = `${registry}/${repository}`;
  return digest === null ? `${name}:${tag ?? 'latest'}` : `${name}@${digest}`;
}
