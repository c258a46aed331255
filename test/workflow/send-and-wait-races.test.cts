/** Moments in which two processes of n8n, or WeCom and n8n, overtake each other. */
import { VOTES_FIELD, withVote } from '../../nodes/WecomSendAndWait/votes';
import {
	answerOf,
	awaitLastWords,
	newestCard,
	until,
	useNewestCard,
	useQuestions,
} from './send-and-wait-support.cts';
import { useSimulator } from './support.cts';

const simulator = useSimulator();
const questions = useQuestions(simulator);
awaitLastWords();

const { seenBy, press } = useNewestCard(simulator);
const toldTo = (userid: string) =>
	simulator().state.messages.filter(
		({ msgtype, body }) => msgtype === 'text' && body.touser === userid,
	);

describe('the answers of several people', () => {
	it('end the question although another process has overwritten the first one late', async () => {
		const execution = await questions().ask({ decidedBy: 'all' });
		await press('zhangsan', 'Approve');
		await until(() => seenBy('zhangsan').replaced === 'Noted', 'the note');
		// Read before that answer was stored, and written after the last look at it.
		const stored = questions().credentials.c1;
		const [ask] = Object.keys(JSON.parse(String(stored[VOTES_FIELD])) as object);
		const vote = { userid: 'lisi', at: Date.now(), answer: { approved: true } };
		Object.assign(stored, withVote({}, ask, vote));
		await until(() => execution.output, 'the answer');
		expect(answerOf(execution)).toMatchObject({
			approved: true,
			answers: expect.arrayContaining([
				expect.objectContaining({ userid: 'zhangsan' }),
				expect.objectContaining({ userid: 'lisi' }),
			]),
		});
		await until(() => seenBy('lisi').replaced === 'Approved', 'the cards');
		expect(seenBy('zhangsan').replaced).toBe('Approved');
	});

	it('are not repeated in place of a newer one', async () => {
		const execution = await questions().ask({ decidedBy: 'all' });
		await press('zhangsan', 'Approve');
		await until(() => seenBy('zhangsan').replaced === 'Noted', 'the note');
		const stored = questions().credentials.c1;
		const [ask] = Object.keys(JSON.parse(String(stored[VOTES_FIELD])) as object);
		for (const [userid, approved] of [
			['zhangsan', false],
			['lisi', true],
		] as const)
			Object.assign(
				stored,
				withVote(stored, ask, { userid, at: Date.now() + 1, answer: { approved } }),
			);
		const reads = () => simulator().requests.length;
		const before = reads();
		await new Promise((resolve) => AbortSignal.timeout(3_500).addEventListener('abort', resolve));
		expect(execution.output).toBeUndefined();
		expect(reads()).toBe(before);
	});

	it('show the decision on a card, too, that was told "Noted" after it', async () => {
		const execution = await questions().ask({ decidedBy: 'all' });
		await press('zhangsan', 'Approve');
		await until(() => seenBy('zhangsan').replaced === 'Noted', 'the note');
		await press('lisi', 'Approve');
		await until(() => execution.output && seenBy('zhangsan').replaced === 'Approved', 'the end');
		const message = simulator().state.messages.find(
			({ body }) => body.template_card?.task_id === newestCard(simulator()),
		)!;
		message.cardChanges!.push({ at: Date.now(), userids: ['zhangsan'], replaced: 'Noted' });
		expect(seenBy('zhangsan').replaced).toBe('Noted');
		await until(() => seenBy('zhangsan').replaced === 'Approved', 'the last word');
		expect(seenBy('zhangsan').card.horizontal_content_list).toEqual([
			{ keyname: 'Result', value: expect.stringMatching(/^Approved by 李四, /) },
		]);
	});
});

describe('n8n lets the execution go on with the answer that another process has taken', () => {
	it('then nothing hides on this card who has decided', async () => {
		const { n8n, ask } = questions();
		const execution = await ask();
		n8n.failing = 'storing';
		await press('lisi', 'Decline');
		await until(() => n8n.failed > 0, 'the refusal of n8n');
		execution.output = [{ json: { data: { approved: true, userid: 'zhangsan' } } }];
		const { served } = n8n;
		await until(() => n8n.served > served, 'the second try');
		await new Promise((resolve) => setImmediate(resolve));
		expect(seenBy('lisi').replaced).toBeUndefined();
		expect(toldTo('lisi')).toEqual([]);
	});

	it('and one that is queued for long is asked for long', async () => {
		const { n8n, ask } = questions();
		const execution = await ask();
		n8n.failing = 'storing';
		await press('lisi', 'Approve');
		await until(() => n8n.failed >= 6, 'many refusals of n8n');
		n8n.failing = undefined;
		await until(() => execution.output, 'the answer');
		expect(answerOf(execution)).toMatchObject({ approved: true, userid: 'lisi' });
	});

	it('and two who press at the same moment learn nothing before n8n has stored one of them', async () => {
		const { n8n, ask } = questions();
		const execution = await ask();
		n8n.failing = 'storing';
		await Promise.all([press('zhangsan', 'Approve'), press('lisi', 'Decline')]);
		await until(() => n8n.failed >= 4, 'refusals of n8n');
		for (const userid of ['zhangsan', 'lisi']) expect(seenBy(userid).replaced).toBeUndefined();
		n8n.failing = undefined;
		await until(() => execution.output, 'the answer');
		const { approved, userid } = answerOf(execution)!;
		expect(userid).toBe(approved ? 'zhangsan' : 'lisi');
		for (const one of ['zhangsan', 'lisi'])
			await until(() => seenBy(one).replaced === (approved ? 'Approved' : 'Declined'), 'the cards');
	});
});
