import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuditSpool } from '../../src/audit/audit-spool.ts';
import type { SpoolFolders } from '../../src/audit/spool-folders.ts';
import {
  createAuditWriter,
  type AuditWriter,
  type AuditWriterDeps,
  type AuditWriterLimits,
} from '../../src/audit/audit-writer.ts';

export interface TestAuditWriter {
  auditWriter: AuditWriter;
  /** The spool's folder. `close` removes it unless it was given. */
  directory: string;
  /** Names of the files that end within a line. */
  torn: string[];
  close(): Promise<void>;
}

/** A writer with a spool of its own. */
export function createTestAuditWriter(
  options: Pick<AuditWriterDeps, 'db' | 'log' | 'metrics'> & {
    directory?: string;
    folders?: SpoolFolders;
    maxBytes?: number;
    limits?: Partial<AuditWriterLimits>;
  },
): TestAuditWriter {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'audit-spool-'));
  const torn: string[] = [];
  const spool = createAuditSpool({
    directory,
    maxBytes: options.maxBytes ?? 100_000_000,
    onTorn: (file) => torn.push(file),
    onBroken: (file, lines) => torn.push(file, ...lines),
  });
  const auditWriter = createAuditWriter({
    ...options,
    spool,
    limits: { queueEvents: 10_000, batchEvents: 1000, writeTimeoutMs: 5000, ...options.limits },
  });
  const close = async (): Promise<void> => {
    await auditWriter.close();
    if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
  };
  return { auditWriter, directory, torn, close };
}
