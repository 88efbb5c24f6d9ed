import { describe, expect, it } from 'vitest';
import type { ContainerStatus, EngineHealth } from '../../core/container.ts';
import { statusText } from './container-text.ts';

describe('the status of a container', () => {
  it.each<[ContainerStatus, EngineHealth, number | null, string | undefined, string]>([
    ['running', 'none', null, 'Up 3 minutes', 'Up 3 minutes'],
    ['running', 'healthy', null, 'Up About an hour (healthy)', 'Up About an hour (healthy)'],
    // Podman's list says nothing of health: it comes from elsewhere.
    ['running', 'unhealthy', null, 'Up 3 minutes', 'Up 3 minutes (unhealthy)'],
    [
      'running',
      'starting',
      null,
      'Up Less than a second (health: starting)',
      'Up Less than a second (health: starting)',
    ],
    ['running', 'healthy', null, undefined, 'Running (healthy)'],
    ['paused', 'healthy', null, 'Up 2 hours (Paused)', 'Up 2 hours (paused)'],
    ['exited', 'none', 137, 'Exited (137) 2 days ago', 'Exited (137) 2 days ago'],
    ['exited', 'none', 0, undefined, 'Exited (0)'],
    ['starting', 'none', null, 'Restarting (1) 3 seconds ago', 'Restarting (1) 3 seconds ago'],
    ['created', 'none', null, 'Created', 'Created'],
  ])('%s, %s, %s, %j reads %j', (status, health, exitCode, words, text) => {
    expect(
      statusText({ status, health, exitCode, ...(words === undefined ? {} : { statusText: words }) }),
    ).toBe(text);
  });
});
