import type { Format } from '../../web/format.ts';
import type { WorkspaceRuntime } from '../runtime-types.ts';
import type { GroupUse } from '../sandbox/control-group.ts';
import { MEGABYTE, type DiskUse } from '../sandbox/resource-limits.ts';

type Texts = Pick<Format, 't'>;

/** Each limit of a workspace with its use, in words, how often its memory was used up, and if its disk is. */
export function describeUse(
  runtime: WorkspaceRuntime,
  id: number,
  format: Texts,
): { use: { term: string; value: string }[]; endedForMemory: number; isDiskFull: boolean } {
  const use = runtime.resourceUse(id);
  const disk = runtime.state(id) === 'stopped' ? null : runtime.diskUse(id);
  return {
    use: describeRows(runtime, id, format, { use, disk }),
    endedForMemory: use?.endedForMemory ?? 0,
    isDiskFull: disk?.isFull === true && !disk.mustStop,
  };
}

/** Empty where neither limits nor use are known. */
function describeRows(
  runtime: WorkspaceRuntime,
  id: number,
  format: Texts,
  { use, disk }: { use: GroupUse | null; disk: DiskUse | null },
): { term: string; value: string }[] {
  const { t } = format;
  const limits = runtime.limits(id);
  if (runtime.state(id) === 'stopped' || limits === null) return [];
  const { memory_mb: memory, processes, cpu_percent: cpu } = limits;
  const limitOf = (
    key: 'useMemoryEach' | 'useAtMost' | 'useCpuLimit',
    limit: number | null,
  ): string | null => (limit === null ? null : t(`workspace.${key}`, { limit }));
  const rows: [string, string | null][] = [
    [
      t('workspace.useMemory'),
      use === null ? limitOf('useMemoryEach', memory) : describeMegabytes(use.memoryBytes, memory, format),
    ],
    [
      t('workspace.useProcesses'),
      use === null ? limitOf('useAtMost', processes) : describeCount(use.processes, processes, format),
    ],
    [t('workspace.useCpu'), limitOf('useCpuLimit', cpu)],
    [
      t('workspace.useDisk'),
      disk === null ? null : describeMegabytes(disk.usedBytes, limits.disk_mb, format),
    ],
    [
      t('workspace.useFiles'),
      disk?.files == null ? null : describeCount(disk.files.used, disk.files.limit, format),
    ],
  ];
  return rows.flatMap(([term, value]) => (value === null ? [] : [{ term, value }]));
}

function describeMegabytes(bytes: number, limit: number | null, { t }: Texts): string {
  const used = Math.ceil(bytes / MEGABYTE);
  return limit === null
    ? t('workspace.useMegabytes', { used })
    : t('workspace.useMegabytesOf', { used, limit });
}

function describeCount(used: number, limit: number | null, { t }: Texts): string {
  return limit === null ? t('workspace.useCount', { used }) : t('workspace.useCountOf', { used, limit });
}
