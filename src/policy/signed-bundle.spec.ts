import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { loadBundle, readSources } from './load.js';
import { BundleError, openBundle, readPublicKey, signBundle } from './signed-bundle.js';

const pemOf = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, publicKey };
};
const { key, publicKey } = pemOf();
const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
const file = join(folder, 'policies.bundle.json');
afterAll(() => rmSync(folder, { recursive: true }));

const text = signBundle(readSources('policies', []), key);

// How these were seen to fail: without the look at the signature, and without the look at the hash.
describe('a signed bundle', () => {
  it('holds the very policies of the folder: the same hash, the same rules', () => {
    writeFileSync(file, text);
    const [bundle, loaded] = [loadBundle(file, undefined, publicKey), loadBundle('policies')];
    expect(bundle.hash).toBe(loaded.hash);
    expect([...bundle.policies.keys()]).toEqual([...loaded.policies.keys()]);
  });

  it('is refused with one byte changed, wherever that is', () => {
    const small = signBundle([{ name: 'a.policy.yaml', text: 'type: a' }], key);
    expect(openBundle(small, publicKey)).toHaveLength(1);
    const bytes = Buffer.from(small);
    for (let at = 0; at < bytes.length; at++) {
      for (const change of [1, 2, 32]) {
        const tampered = Buffer.from(bytes);
        tampered[at]! ^= change;
        expect(() => openBundle(tampered.toString('utf8'), publicKey)).toThrow(BundleError);
      }
    }
  });

  it('is refused with another text and its right hash: the hash alone proves nothing', () => {
    const other = JSON.parse(signBundle([{ name: 'a.policy.yaml', text: 'type: b' }], pemOf().key)) as object;
    const { signature } = JSON.parse(text) as { signature: string };
    const forged = `${JSON.stringify({ ...other, signature }, null, 2)}\n`;
    expect(openBundle(forged, undefined)).toHaveLength(1);
    expect(() => openBundle(forged, publicKey)).toThrow('not signed with the key of POLICY_PUBLIC_KEY');
  });

  it('is refused where another key signed it, and so is a folder', () => {
    writeFileSync(file, text);
    const other = createPublicKey(pemOf().key);
    expect(() => loadBundle(file, undefined, other)).toThrow(/policies\.bundle\.json:1:1 is not signed with the key/);
    expect(() => loadBundle('policies', undefined, publicKey)).toThrow(
      'policies:1:1 is a folder, and POLICY_PUBLIC_KEY',
    );
  });

  it('names the line of a mistake in a policy that somebody signed all the same', () => {
    writeFileSync(file, signBundle([{ name: 'a.policy.yaml', text: 'type: a\nrule: x' }], key));
    expect(() => loadBundle(file, undefined, publicKey)).toThrow(
      /policies\.bundle\.json\/a\.policy\.yaml:2:1 unknown member/,
    );
  });

  it('takes keys of Ed25519 only, and repeats none in an error', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    expect(() => signBundle([], pem)).toThrow('there is no Ed25519 private key in PEM');
    writeFileSync(file, rsa.publicKey.export({ type: 'spki', format: 'pem' }));
    expect(() => readPublicKey(file)).toThrow('there is no Ed25519 public key in PEM');
    expect(() => readPublicKey('/nowhere')).toThrow('there is no Ed25519 public key in PEM');
  });
});
