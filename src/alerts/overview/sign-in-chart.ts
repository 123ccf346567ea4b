import type { SignInDay } from './queries.ts';

/** Size of the drawing, in its own units. */
const WIDTH = 720;
const HEIGHT = 180;
/** Part of a day's width that its bar takes. */
const BAR_SHARE = 0.7;

/** A bar of the chart: sign-ins that worked, with the refused ones on top. */
interface Bar {
  day: string;
  x: number;
  width: number;
  worked: { y: number; height: number };
  refused: { y: number; height: number };
}

/** The chart of sign-ins as numbers that the view draws. */
interface SignInChart {
  width: number;
  height: number;
  bars: Bar[];
  most: number;
  worked: number;
  refused: number;
}

/** Puts the days side by side, each as high as its share of the fullest day. */
export function drawSignIns(days: SignInDay[]): SignInChart {
  const most = Math.max(0, ...days.map(({ worked, refused }) => worked + refused));
  const step = WIDTH / Math.max(1, days.length);
  const tall = (count: number): number => (most === 0 ? 0 : round((count / most) * HEIGHT));
  return {
    width: WIDTH,
    height: HEIGHT,
    most,
    worked: days.reduce((sum, { worked }) => sum + worked, 0),
    refused: days.reduce((sum, { refused }) => sum + refused, 0),
    bars: days.map(({ day, worked, refused }, index) => ({
      day,
      x: round(index * step + (step * (1 - BAR_SHARE)) / 2),
      width: round(step * BAR_SHARE),
      worked: { y: round(HEIGHT - tall(worked)), height: tall(worked) },
      refused: { y: round(HEIGHT - tall(worked) - tall(refused)), height: tall(refused) },
    })),
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
