import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Files of a certificate authority of a test's own, and of a server on loopback that it vouches for. */
export interface Certificates {
  /** The authority's certificate, for those who are to trust it. */
  authority: string;
  /** The lines of Redis' configuration that name the server's files. */
  lines: Record<string, string>;
  remove(): void;
}

/** Makes them by `openssl`, for a day. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-tls-'));
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...newKey, '-subj', '/CN=Test CA', '-days', '1', '-keyout', 'ca.key', '-out', 'ca.pem');
  openssl('req', ...newKey, '-subj', '/CN=Test Redis', '-keyout', 'server.key', '-out', 'server.csr');
  writeFileSync(file('names'), 'subjectAltName=IP:127.0.0.1\n');
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '1', '-extfile', 'names'];
  openssl('x509', '-req', '-in', 'server.csr', ...signed, '-out', 'server.pem');
  return {
    authority: file('ca.pem'),
    lines: {
      'tls-ca-cert-file': file('ca.pem'),
      'tls-cert-file': file('server.pem'),
      'tls-key-file': file('server.key'),
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
