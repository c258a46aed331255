import type { IExecuteFunctions } from 'n8n-workflow';
import { handOver } from '../shared/sendAndWait/forward';
import type { SealedQuestion } from '../shared/sendAndWait/seal';
import type { Asked } from './form';

/**
 * Reminders, and the card's last word when time is up. n8n wakes an execution once, at its end, so this process does it while it
 * lives; it asks n8n itself, which knows whether the execution still waits and in which process.
 */

/** How long before the end the card says that time is up: once n8n has gone on, nobody can ask the execution any more. */
const BEFORE_END_MS = 1_500;
/** The longest time that a timer of Node.js takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export function startTimers(
	context: IExecuteFunctions,
	{ limit, reminder }: Pick<Asked, 'limit' | 'reminder'>,
	page: URL,
	key: Buffer,
): void {
	const tell = async (kind: SealedQuestion['kind']) => {
		const { body } = await handOver(context, page, key, { kind, at: Date.now() });
		return (body as { waits?: boolean } | undefined)?.waits === true;
	};
	const warn = (what: string) => (error: Error) =>
		context.logger.warn(`WeCom Send and Wait: ${what}: ${error.message}`);
	if (limit)
		later(limit.until.getTime() - Date.now() - BEFORE_END_MS, () => {
			tell('expire').catch(warn('the card could not say that the time is up'));
		});
	if (!reminder) return;
	const { afterMs, times } = reminder;
	const remind = async (left: number): Promise<void> => {
		const waits = await tell('remind');
		if (waits && left > 1) later(afterMs, () => void remind(left - 1).catch(warn(LOST)));
	};
	later(afterMs, () => void remind(times).catch(warn(LOST)));
}

const LOST = 'a reminder could not be sent';

function later(ms: number, work: () => void): void {
	if (ms <= 0 || ms > MAX_TIMER_MS) return;
	AbortSignal.timeout(ms).addEventListener('abort', work);
}
