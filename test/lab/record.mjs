// Prints the lab's engines.json from the notes that `up` left in the run directory: ID.engine (`host kind version api`)
// for an engine that answers, ID.reason for one that was skipped. Plain JavaScript: it runs on any Node.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [run] = process.argv.slice(2);
const engines = [];
const skipped = [];

for (const file of readdirSync(run).sort()) {
  const leg = file.replace(/\.(engine|reason)$/, '');
  const text = () => readFileSync(join(run, file), 'utf8').trim();
  if (file.endsWith('.reason')) skipped.push({ id: leg, reason: text() });
  if (file.endsWith('.engine')) {
    const [host, kind, version, apiVersion] = text().split(' ');
    const id = leg === 'docker-newest' ? leg : `${kind}-${version.split('.').slice(0, 2).join('.')}`;
    engines.push({ id, kind, host, version, apiVersion });
  }
}
console.log(JSON.stringify({ engines, skipped }, null, 2));
