/** Runs once after the last test that needs servers. */
export default async function teardown(): Promise<void> {
  await globalThis.stopTestServers?.();
}
