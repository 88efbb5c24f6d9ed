import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Project } from '../compose/index.ts';
import { loadProject, nodeFiles, serviceHash } from '../compose/index.ts';
import { isWherryError } from '../core/index.ts';
import type { ObservedContainer } from './observed.ts';
import type { UpPlanOptions } from './options.ts';
import type { ContainerStep, Plan } from './plan.ts';
import { planDown } from './plan-down.ts';
import { planUp } from './plan-up.ts';
import type { ProjectState } from './state.ts';

const now = new Date('2026-01-01T00:00:00Z');
const imageId = `sha256:${'a'.repeat(64)}`;

async function load(text: string): Promise<Project> {
  const file = '/nowhere/compose.yaml';
  const access = {
    ...nodeFiles,
    read: async (path: string) => {
      if (path !== file) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
      return new TextEncoder().encode(text);
    },
  };
  const { project } = await loadProject({
    workingDirectory: '/nowhere',
    env: {},
    files: [file],
    projectName: 'app',
    access,
  });
  return project;
}
