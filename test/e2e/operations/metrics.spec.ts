import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Api } from '#test/support/api.js';
import { theService } from '#test/support/service.js';

test('docs/operations.md lists every metric of the service with its labels, and no other', async () => {
  const { url, key } = theService();
  const api = new Api(url, key);
  const { body } = await api.get<string>('/metrics');
  const served = [...body.matchAll(/^# TYPE (cardea_\w+) /gm)].map(([, name]) => name);
  const page = readFileSync('docs/operations.md', 'utf8');
  const table = /<!-- metrics -->([\s\S]*)<!-- \/metrics -->/.exec(page)?.[1] ?? '';
  const listed = [...table.matchAll(/^\| `(cardea_\w+)` +\| ([^|]*)\|/gm)];
  expect(listed.map(([, name]) => name).sort()).toEqual(served.sort());
  for (const [, name, labels = ''] of listed) {
    const series = new RegExp(`^${name}(?:_bucket)?\\{(.*)\\} `, 'm').exec(body)?.[1];
    // One that has counted nothing yet has no series to compare with.
    if (series === undefined) continue;
    const found = [...series.matchAll(/(\w+)="/g)].map(([, label]) => label).filter((label) => label !== 'le');
    expect({ name, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label).sort() }).toEqual({
      name,
      labels: found.sort(),
    });
  }
});
