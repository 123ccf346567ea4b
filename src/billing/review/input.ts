import { z } from 'zod';
import { operatorWords } from '../refunds/pages/input.ts';

/** The reason of a decision, or a note. */
export const noteForm = z.object({ note: operatorWords });
