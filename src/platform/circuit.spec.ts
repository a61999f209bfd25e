import { beforeEach, describe, expect, test } from '@jest/globals';
import { Circuit } from './circuit.js';

let nowMs: number;
let circuit: Circuit;

beforeEach(() => {
  nowMs = 5_000;
  circuit = new Circuit(() => nowMs);
});

describe('a circuit', () => {
  test('leaves alone the server that failed, and no other', () => {
    circuit.failed('a');
    expect([circuit.allows('a'), circuit.allows('b')]).toEqual([false, true]);
    expect(circuit.isOpen).toBe(true);
  });

  test('lets one go ahead after a second, and the others when that went well', () => {
    circuit.failed('a');
    nowMs += 1_000;
    expect([circuit.allows('a'), circuit.allows('a')]).toEqual([true, false]);
    circuit.succeeded('a');
    expect([circuit.allows('a'), circuit.allows('a'), circuit.isOpen]).toEqual([true, true, false]);
  });

  test('waits for another second where that failed, too', () => {
    circuit.failed('a');
    nowMs += 1_000;
    circuit.allows('a');
    nowMs += 50;
    circuit.failed('a');
    nowMs += 999;
    expect(circuit.allows('a')).toBe(false);
    nowMs += 1;
    expect(circuit.allows('a')).toBe(true);
  });

  test('does not wait for ever for one who went ahead and never said how it went', () => {
    circuit.failed('a');
    nowMs += 1_000;
    circuit.allows('a');
    nowMs += 1_000;
    expect(circuit.allows('a')).toBe(true);
  });

  test('forgets a server that nobody has asked for a minute, for it may have left the cluster', () => {
    circuit.failed('a');
    nowMs += 61_001;
    expect(circuit.isOpen).toBe(false);
  });

  test('begins anew with a new connection', () => {
    circuit.failed('a');
    circuit.reset();
    expect([circuit.isOpen, circuit.allows('a')]).toEqual([false, true]);
  });
});
