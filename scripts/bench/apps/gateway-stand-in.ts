import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Lab } from '../lab.ts';

/** The status query's answer that an order of 1,499.00 liras was paid. */
const PAID = JSON.stringify({
  ...{ status: 'success', payment_amount: '1499', payment_total: '1499', currency: 'TL', test_mode: '0' },
  ...{ payment_date: '2026-11-30 12:00:00', taksit: '0', odeme_tipi: 'KART', returns: [] },
  ...{ net_tutar: '1463.02', kesinti_tutari: '35.98', kart_marka: 'AXESS', masked_pan: '435508AAA4358' },
});

/** Starts a gateway that says of every order that it was paid as ordered. Returns its address. */
export async function startGatewayStandIn(lab: Lab): Promise<string> {
  const server = createServer((req, res) => {
    req.resume().once('end', () => res.setHeader('content-type', 'application/json').end(PAID));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  lab.onClose(() => {
    server.close().closeAllConnections();
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}
