import { expect, test, vi } from 'vitest';
import { EventBus } from './event-bus.ts';
import { silentLogger } from './logger.ts';

const started = { project: 'p', services: ['a'] };

test('delivers to matching subscribers, in order', () => {
  const bus = new EventBus();
  const seen: string[] = [];
  bus.subscribe({ types: ['boot.started'] }, (event) => seen.push(`type ${event.data.services.join()}`));
  bus.subscribe({ sources: ['other'] }, () => seen.push('other source'));
  bus.subscribe({ types: ['boot.started', 'boot.completed'], sources: ['boot'] }, () => seen.push('both'));
  bus.subscribe({}, () => seen.push('all'));
  bus.publish('boot.started', 'boot', 'p', started);
  bus.publish('shutdown.started', 'boot', 'p', started);
  expect(seen).toEqual(['type a', 'both', 'all', 'all']);
});

test('a handler that throws or rejects is reported and hurts nobody', async () => {
  const error = vi.fn();
  const bus = new EventBus({ logger: { ...silentLogger, error } });
  const good = vi.fn();
  bus.subscribe({}, () => {
    throw new Error('thrown');
  });
  bus.subscribe({}, async () => {
    throw new Error('rejected');
  });
  bus.subscribe({}, good);
  bus.publish('boot.started', 'boot', 'p', started);
  await new Promise(setImmediate);
  expect(good).toHaveBeenCalledTimes(1);
  expect(error).toHaveBeenCalledTimes(2);
});

test('a handler may unsubscribe itself, publish and close', () => {
  const bus = new EventBus();
  const seen: string[] = [];
  const leave = bus.subscribe({ types: ['boot.started'] }, () => {
    leave();
    bus.publish('boot.completed', 'boot', 'p', { project: 'p', counts: {}, durationMs: 1, failed: [] });
    bus.close();
  });
  bus.subscribe({}, (event) => seen.push(event.type));
  bus.publish('boot.started', 'boot', 'p', started);
  bus.publish('boot.started', 'boot', 'p', started);
  expect(seen).toEqual(['boot.completed', 'boot.started']);
});

test('iterates what comes after the call, and ends with close', async () => {
  const bus = new EventBus();
  bus.publish('boot.started', 'boot', 'before', started);
  const events = bus.events();
  bus.publish('boot.started', 'boot', 'one', started);
  bus.publish('boot.started', 'boot', 'two', started);
  bus.close();
  bus.publish('boot.started', 'boot', 'after', started);
  const names: unknown[] = [];
  for await (const event of events) if (event.type !== 'dropped') names.push(event.name);
  expect(names).toEqual(['one', 'two']);
});

test('a slow reader is told how many events it missed', async () => {
  const bus = new EventBus();
  const events = bus.events({ buffer: 2 });
  for (let index = 0; index < 5; index += 1) bus.publish('boot.started', 'boot', `e${index}`, started);
  bus.close();
  const seen: unknown[] = [];
  for await (const event of events) seen.push(event.type === 'dropped' ? event.count : event.name);
  expect(seen).toEqual(['e0', 'e1', 3]);
});

test('leaving the loop and aborting both end the subscription', async () => {
  const bus = new EventBus();
  const abort = new AbortController();
  const left = bus.events();
  const aborted = bus.events({ signal: abort.signal });
  bus.publish('boot.started', 'boot', 'x', started);
  for await (const _ of left) break;
  const pending = (async () => {
    let count = 0;
    for await (const _ of aborted) count += 1;
    return count;
  })();
  await new Promise(setImmediate);
  abort.abort();
  expect(await pending).toBe(1);
  expect(await left.next()).toEqual({ done: true, value: undefined });
});
