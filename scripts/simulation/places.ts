import { findCountry } from '../../src/origin/find-country.ts';
import { networkOf } from '../../src/origin/network-of.ts';
import type { Random } from './random.ts';

/** Where an event comes from, as the product reads it from an address. */
export interface Place {
  network: string | null;
  country: string | null;
}

/** Countries without so many networks in the draw are left out: a home in them would be everybody's. */
const NETWORKS_MIN = 20;

/** Real networks of each country, found by asking the product's own data about random addresses. */
export interface World {
  in(country: string, random: Random): Place;
  /** A country other than these. */
  elsewhere(not: readonly (string | null)[], random: Random): string;
}

/** Draws so many addresses: the common countries have thousands of networks among 300 000. */
export function createWorld(random: Random, addresses: number): World {
  const networks = new Map<string, string[]>();
  for (let drawn = 0; drawn < addresses; drawn += 1) {
    const address = [1, 2, 3, 4].map(() => String(Math.floor(random.between(1, 255)))).join('.');
    const { country } = findCountry(address);
    const network = networkOf(address);
    if (country === null || network === null) continue;
    const known = networks.get(country) ?? [];
    known.push(network);
    networks.set(country, known);
  }
  const countries = [...networks].filter(([, known]) => known.length >= NETWORKS_MIN).map(([code]) => code);
  return {
    in: (country, by) => ({ country, network: by.pick(networks.get(country) ?? []) }),
    elsewhere: (not, by) => by.pick(countries.filter((code) => !not.includes(code))),
  };
}
