import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';
import { handOver } from '../shared/sendAndWait/forward';
import { handoverKeys, type SealedQuestion } from '../shared/sendAndWait/seal';
import { later } from '../shared/util/later';
import { endOf, outcomeOf } from './answers';
import { CREDENTIALS } from './credentials';
import type { Question } from './question';
import { storeVote, type Vote } from './votes';

/**
 * An answer that was counted while others are awaited is looked for once more. On a slow machine another process may have
 * overwritten it after the last look, and then each process has told its person to wait for the other.
 */

const AFTER_MS = 3_000;

interface Counted extends Pick<SealedQuestion, 'corpId' | 'selected'> {
	vote: Vote;
	/** The query of the button's key: which answer it stands for. */
	query: IDataObject;
}

export function countAgain(context: IWebhookFunctions, question: Question, counted: Counted): void {
	later(AFTER_MS, () => {
		look(context, question, counted).catch((error: Error) =>
			context.logger.warn(
				`WeCom Send and Wait could not look for an answer again: ${error.message}`,
			),
		);
	});
}

async function look(
	context: IWebhookFunctions,
	question: Question,
	{ vote, query, corpId, selected }: Counted,
): Promise<void> {
	if (await endOf(question)) return;
	const type = CREDENTIALS[question.source];
	const votes = await storeVote(context, type, question, vote);
	const isNewest = votes.some(({ userid, at }) => userid === vote.userid && at === vote.at);
	if (!isNewest || !outcomeOf(question, votes)) return;
	const parameters = Object.entries(query as Record<string, string>).filter(
		([name]) => name !== 'signature',
	);
	const url = new URL(context.getSignedResumeUrl(Object.fromEntries(parameters)));
	const [key] = handoverKeys(type, await context.getCredentials(type), question.corpId);
	const { userid, at } = vote;
	await handOver(context, url, key, { kind: 'click', at, userid, corpId, selected });
}
