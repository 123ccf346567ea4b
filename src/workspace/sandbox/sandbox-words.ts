import { bubblewrapWords, type SandboxSetting } from './bubblewrap-words.ts';
import { networkWords } from './network-words.ts';

/**
 * The words that start a command in its sandbox and network. `limited` puts the limits of a workspace around
 * words: those of memory are not for pasta, whose buffers alone take some 100 MB of addresses.
 */
export function sandboxWords(
  setting: SandboxSetting & { port: number },
  command: string[],
  limited: (words: string[]) => string[] = (words) => words,
): string[] {
  const { config, port } = setting;
  const inside = limited(bubblewrapWords(setting, command));
  return config.network === 'own' ? networkWords(config, port, inside) : inside;
}
