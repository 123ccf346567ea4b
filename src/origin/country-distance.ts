import { countryCircles, type Circle } from './country-circles.ts';

const EARTH_RADIUS_KM = 6371;

/**
 * The least distance in kilometres that somebody covers between two countries: 0 for neighbours, and never
 * more than the true distance. Null when one of the countries is unknown.
 */
export function leastDistanceKm(from: string, to: string): number | null {
  if (from === to) return 0;
  const [some, others] = [countryCircles.get(from), countryCircles.get(to)];
  if (some === undefined || others === undefined) return null;
  return Math.min(...some.flatMap((a) => others.map((b) => gapKm(a, b))));
}

function gapKm(a: Circle, b: Circle): number {
  return Math.max(0, EARTH_RADIUS_KM * angle(a, b) - a.radiusKm - b.radiusKm);
}

/** The angle between two points at the centre of the earth, in radians (haversine formula). */
function angle(a: Circle, b: Circle): number {
  const [latitude, otherLatitude] = [radians(a.latitude), radians(b.latitude)];
  const half =
    Math.sin((otherLatitude - latitude) / 2) ** 2 +
    Math.cos(latitude) * Math.cos(otherLatitude) * Math.sin(radians(b.longitude - a.longitude) / 2) ** 2;
  return 2 * Math.asin(Math.min(1, Math.sqrt(half)));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
