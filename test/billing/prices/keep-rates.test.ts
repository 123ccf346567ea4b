import { expect, it } from 'vitest';
import { needsRates } from '../../../src/billing/prices/keep-rates.ts';
import type { Currency } from '../../../src/currency.ts';
import { useTestApp } from '../../support/app.ts';

const test = useTestApp();

const areNeeded = (currencies: Currency[], always = false): Promise<boolean> => {
  const { tcmb, paytr } = test.config;
  const config = { tcmb: { ...tcmb, always }, paytr: { ...paytr, currencies } };
  return needsRates(test.db, { at: new Date(), config });
};

it('needs rates for what a receipt in another currency is worth, and none for fixed prices in liras', async () => {
  expect(await areNeeded(['TRY'])).toBe(false);
  expect(await areNeeded(['TRY', 'EUR'])).toBe(true);
  expect(await areNeeded(['TRY'], true)).toBe(true);
});
