import { describe, expect, it } from 'vitest';
import { withIndices } from '../../src/evidence/passing-indices.ts';
import { IndexSet } from '../../src/transparency/proof/index-set.ts';

const FILE =
  `{"id":1,"log_index":907}\n` +
  `{"id":2,"details":"7} ","log_index":3} \n` +
  `{"id":3,"log_index":null}\n` +
  `{"id":4,"log_index":null} \n` +
  `{"id":5,"log_index":0}\n{"log_index":12} \n`;

async function pass(lengths: () => number) {
  const [shown, partial] = [new IndexSet(1000), new IndexSet(1000)];
  async function* cut() {
    const bytes = Buffer.from(FILE);
    for (let from = 0; from < bytes.length;) {
      const end = from + lengths();
      yield Promise.resolve({ bytes: bytes.subarray(from, end), records: 0 });
      from = end;
    }
  }
  const passed: Buffer[] = [];
  for await (const { bytes } of withIndices(cut() as AsyncIterable<never>, { shown, partial }))
    passed.push(bytes);
  return {
    shown: [...shown.toArray()],
    partial: [...partial.toArray()],
    text: Buffer.concat(passed).toString(),
  };
}

describe('records that pass', () => {
  it('leave the indices at their ends, and which of them a space follows, wherever the pieces are cut', async () => {
    const whole = { shown: [0, 3, 12, 907], partial: [3, 12], text: FILE };
    for (let length = 1; length <= FILE.length; length += 1) expect(await pass(() => length)).toEqual(whole);
    let at = 0;
    expect(await pass(() => 1 + (at++ % 41))).toEqual(whole);
  });
});
