import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** One policy file. */
export interface PolicySource {
  /** The name without its folder. */
  readonly name: string;
  readonly text: string;
}

const format = 'cardea-policy-bundle-1';

interface BundleFile {
  readonly format: typeof format;
  readonly hash: string;
  readonly signature: string;
  readonly sources: readonly PolicySource[];
}

/** A bundle file that must not be used; the message says why. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}

/**
 * Puts policy files into one file that says their hash and is signed with Ed25519.
 * @param key a private key in PEM
 * @throws BundleError where the key is another one
 */
export function signBundle(sources: readonly PolicySource[], key: string): string {
  const hash = hashOf(sources);
  const signature = sign(
    null,
    signed(hash),
    ed25519(() => createPrivateKey(key), 'there is no Ed25519 private key in PEM'),
  ).toString('base64');
  return toText({ format, hash, signature, sources });
}

/**
 * The policy files of a bundle. Every byte counts: a file that says the same in other bytes is refused as well.
 * @param key the public key that it must be signed with; without one, the signature is not looked at
 * @throws BundleError that names what is wrong
 */
export function openBundle(text: string, key: KeyObject | undefined): readonly PolicySource[] {
  const bundle = parse(text);
  if (!bundle || toText(bundle) !== text) throw new BundleError('is no bundle as `cardea policy bundle` writes it');
  if (hashOf(bundle.sources) !== bundle.hash) throw new BundleError('has been changed: its hash is another one');
  if (!key) return bundle.sources;
  const signature = Buffer.from(bundle.signature, 'base64');
  // Base64 has spare bits: other letters may stand for the same signature.
  const isCanonical = signature.toString('base64') === bundle.signature;
  if (!isCanonical || !verify(null, signed(bundle.hash), key, signature)) {
    throw new BundleError('is not signed with the key of POLICY_PUBLIC_KEY');
  }
  return bundle.sources;
}

/** The public key in a PEM file. @throws BundleError where there is none, or none of Ed25519 */
export function readPublicKey(file: string): KeyObject {
  return ed25519(() => createPublicKey(readFileSync(file, 'utf8')), `there is no Ed25519 public key in PEM in ${file}`);
}

function ed25519(read: () => KeyObject, complaint: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = read();
  } catch {
    // What a damaged key holds is nobody's business: no message repeats it.
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw new BundleError(complaint);
  return key;
}

function signed(hash: string): Buffer {
  return Buffer.from(`${format}\n${hash}`);
}

function hashOf(sources: readonly PolicySource[]): string {
  return createHash('sha256')
    .update(JSON.stringify(sources.map(({ name, text }) => [name, text])))
    .digest('hex');
}

function toText({ format, hash, signature, sources }: BundleFile): string {
  const plain = sources.map(({ name, text }) => ({ name, text }));
  return `${JSON.stringify({ format, hash, signature, sources: plain }, null, 2)}\n`;
}

function parse(text: string): BundleFile | undefined {
  try {
    const value = JSON.parse(text) as Partial<BundleFile> | null;
    const isBundle = value?.format === format && [value.hash, value.signature].every((one) => typeof one === 'string');
    return isBundle && Array.isArray(value.sources) && value.sources.every(isSource)
      ? (value as BundleFile)
      : undefined;
  } catch {
    return undefined;
  }
}

function isSource(value: unknown): value is PolicySource {
  const source = value as Partial<PolicySource> | null;
  return typeof source?.name === 'string' && typeof source.text === 'string';
}
