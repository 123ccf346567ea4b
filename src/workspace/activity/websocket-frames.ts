/**
 * Opcodes of frames that bear data: continuation, text, binary. Programs send closes, pings and pongs by
 * themselves.
 */
const DATA_OPCODES = [0, 1, 2];

/**
 * Opcode of the frame that ends a connection in the regular way. A tab that is closed sends it; a network
 * that fails does not.
 */
const CLOSE_OPCODE = 8;

/**
 * Watches the bytes of a WebSocket on their way from one side to the other and calls back for every data
 * frame, with its length in bytes (RFC 6455, section 5.2), and for the end of the connection (section 5.5.1).
 * Reads headers only, and keeps no more of them than the fourteen bytes that they have at most.
 */
export function readFrames(onMessage: (bytes: number) => void, onClose: () => void): (chunk: Buffer) => void {
  let header = Buffer.alloc(0);
  let payloadLeft = 0;
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (payloadLeft > 0) {
        const skipped = Math.min(payloadLeft, chunk.length - at);
        payloadLeft -= skipped;
        at += skipped;
        continue;
      }
      header = Buffer.concat([header, chunk.subarray(at, at + 1)]);
      at += 1;
      const payload = payloadLength(header);
      if (payload === null) continue;
      const opcode = (header[0] ?? 0) & 0x0f;
      payloadLeft = payload;
      header = Buffer.alloc(0);
      if (DATA_OPCODES.includes(opcode)) onMessage(payload);
      else if (opcode === CLOSE_OPCODE) onClose();
    }
  };
}

/** Length of the payload; null until the header is whole. */
function payloadLength(header: Buffer): number | null {
  const second = header[1];
  if (second === undefined) return null;
  const short = second & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const maskBytes = (second & 0x80) === 0 ? 0 : 4;
  if (header.length < 2 + lengthBytes + maskBytes) return null;
  if (lengthBytes === 2) return header.readUInt16BE(2);
  return lengthBytes === 8 ? Number(header.readBigUInt64BE(2)) : short;
}
