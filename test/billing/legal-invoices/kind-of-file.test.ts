import { expect, it } from 'vitest';
import { kindOfFile } from '../../../src/billing/legal-invoices/add-legal-invoice-file.ts';

it.each([
  ['%PDF-1.7\n', 'pdf'],
  ['<Invoice xmlns="urn:oasis">', 'xml'],
  ['\uFEFF<?xml version="1.0"?>\n<?xml-stylesheet href="a.xslt"?><!-- signed --><Invoice>', 'xml'],
  ['<?xml version="1.0"?><inv:Invoice xmlns:inv="urn:oasis">', 'xml'],
  ['<!doctype html><script>alert(1)</script>', null],
  ['<html><Invoice></html>', null],
  ['<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', null],
  ['<?xml version="1.0"?><!DOCTYPE Invoice SYSTEM "file:///etc/passwd"><Invoice>', null],
  ['<?xml version="1.0"?><!-- never closed <Invoice>', null],
  ['PK\u0003\u0004', null],
  ['', null],
])('tells a file by its start: %j', (start, kind) => {
  expect(kindOfFile(Buffer.from(start))).toBe(kind);
});
