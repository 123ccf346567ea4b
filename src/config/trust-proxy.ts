import { BlockList, isIP } from 'node:net';
import type { z } from 'zod';

/** The form that Express takes: how many proxies, or their addresses and networks. False: none. */
export type TrustProxy = number | string[] | false;

/** Reads `TRUST_PROXY`: a number, or a list of addresses, CIDR ranges and Express' names of networks. */
export function parseTrustProxy(value: string, context: z.RefinementCtx): TrustProxy {
  if (value === '' || value === '0' || value === 'false') return false;
  if (/^\d{1,2}$/.test(value)) return Number(value);
  const networks = value.split(',').map((part) => part.trim());
  const wrong = networks.find((network) => !isNetwork(network));
  if (wrong === undefined) return networks;
  context.addIssue({
    code: 'custom',
    message: `"${wrong}" is neither a number of proxies nor an address or CIDR range`,
  });
  return false;
}

/** Reads a list of addresses and CIDR ranges with commas between them. */
export function parseNetworks(value: string, context: z.RefinementCtx): string[] {
  const networks = value === '' ? [] : value.split(',').map((part) => part.trim());
  const wrong = networks.find((network) => !isRange(network));
  if (wrong === undefined) return networks;
  context.addIssue({ code: 'custom', message: `"${wrong}" is neither an address nor a CIDR range` });
  return [];
}

function isNetwork(text: string): boolean {
  return ['loopback', 'linklocal', 'uniquelocal'].includes(text) || isRange(text);
}

function isRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (bits === undefined) return true;
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) return false;
  new BlockList().addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  return true;
}
