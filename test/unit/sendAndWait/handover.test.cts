/** What a button carries, and what a trigger vouches for. */
import { answerKey, isAnswerKey, resumeUrlOf } from '../../../nodes/shared/sendAndWait/answerKey';
import {
	handoverKeys,
	openSealed,
	seal,
	type SealedQuestion,
} from '../../../nodes/shared/sendAndWait/seal';
import { handOver } from '../../../nodes/shared/sendAndWait/forward';
import { claim, outcomeOf } from '../../../nodes/WecomSendAndWait/answers';
import { withVote, votesIn } from '../../../nodes/WecomSendAndWait/votes';

const WAITING = 'https://n8n.example/base/webhook-waiting';

describe('the key of a button', () => {
	it('leads back to the waiting execution, with the signature as it was', () => {
		const url = `${WAITING}/17/node-1?ask=ab&approved=true&signature=0f`;
		const key = answerKey(url)!;
		expect(isAnswerKey(key)).toBe(true);
		expect(resumeUrlOf(key, WAITING)!.href).toBe(url);
	});

	it('is none when WeCom would not take it', () => {
		expect(answerKey(`${WAITING}/17/${'n'.repeat(1_024)}`)).toBeUndefined();
	});

	it.each([
		'hitl:',
		'hitl:/base/webhook-waiting',
		'hitl:/base/webhook-waiting/17',
		'hitl:/base/webhook-waiting/17/a/b',
		'hitl:/base/webhook-waiting/../rest/x',
		'hitl:/base/webhook-waiting/%2e%2e/rest/x/y',
		'hitl:/webhook-waiting/17/node-1',
		'hitl://evil.example/base/webhook-waiting/17/node-1',
		'hitl:/\\evil.example/base/webhook-waiting/17/node-1',
		'hitl:https://evil.example/base/webhook-waiting/17/node-1',
		'hitl:closed',
	])('leads nowhere as %s', (key) => {
		expect(resumeUrlOf(key, WAITING)).toBeUndefined();
	});
});

describe('a handover', () => {
	const app = { corpId: 'ww1', corpSecret: ' s3cret\n' };
	const [key] = handoverKeys('wecomApi', app);
	const click: SealedQuestion = { kind: 'click', at: Date.now(), userid: 'lisi', selected: {} };

	it('is known by everybody with the secret of the same app, and by nobody else', () => {
		const sealed = seal(key, '?a=1', click);
		const again = handoverKeys('wecomApi', { ...app, corpSecret: 's3cret', token: 'x' });
		expect(openSealed(again, '?a=1', sealed)).toEqual(click);
		expect(
			openSealed(handoverKeys('wecomApi', { ...app, corpSecret: 'b' }), '?a=1', sealed),
		).toBeUndefined();
		expect(
			openSealed(handoverKeys('wecomApi', { ...app, corpId: 'ww2' }), '?a=1', sealed),
		).toBeUndefined();
		expect(handoverKeys('wecomApi', { corpId: 'ww1' })).toEqual([]);
		expect(openSealed([], '?a=1', sealed)).toBeUndefined();
	});

	it('is worth nothing at another link, changed, or later', () => {
		const sealed = seal(key, '?a=1', click);
		expect(openSealed([key], '?a=2', sealed)).toBeUndefined();
		const changed = { ...sealed, handover: sealed.handover.replace('lisi', 'boss') };
		expect(openSealed([key], '?a=1', changed)).toBeUndefined();
		expect(openSealed([key], '?a=1', { ...sealed, mac: 7 })).toBeUndefined();
		expect(openSealed([key], '?a=1', sealed, Date.now() + 11 * 60_000)).toBeUndefined();
	});

	it('of a bot is sealed with whichever secret it has', () => {
		const both = handoverKeys('wecomBotApi', {
			botId: 'b',
			botSecret: 's',
			token: 't',
			encodingAesKey: 'k',
		});
		const [callback] = handoverKeys('wecomBotApi', { token: 't', encodingAesKey: 'k' });
		expect(openSealed(both, '?', seal(callback, '?', click))).toEqual(click);
	});
});

describe('several answers', () => {
	const vote = (userid: string, approved: boolean, at = 1) => ({
		userid,
		at,
		answer: { approved },
	});
	const yes = (...ids: string[]) => ids.map((id) => vote(id, true));
	const no = (...ids: string[]) => ids.map((id) => vote(id, false));

	it.each([
		[{ needed: 2, people: 3 }, yes('a'), undefined],
		[{ needed: 2, people: 3 }, [...yes('a'), ...no('b')], undefined],
		[{ needed: 2, people: 3 }, yes('a', 'b'), 'approved'],
		[{ needed: 2, people: 3 }, no('a', 'b'), 'disapproved'],
		[{ needed: 3, people: 3 }, no('a'), 'disapproved'],
		[{ needed: 2 }, no('a'), undefined],
		[{ needed: 2 }, no('a', 'b'), 'disapproved'],
	] as const)('of %j: %#', (rule, votes, outcome) => {
		expect(outcomeOf({ type: 'approval', ...rule }, [...votes])).toBe(outcome);
	});

	it('are kept by question, each person once, the newest last', () => {
		let fields = {};
		for (const one of [vote('a', true, 1), vote('b', true, 2), vote('a', false, 3)])
			fields = { ...fields, ...withVote(fields, 'q1', one) };
		expect(votesIn(fields, 'q1').map(({ userid, answer }) => [userid, answer.approved])).toEqual([
			['b', true],
			['a', false],
		]);
		expect(withVote(fields, 'q1', vote('a', true, 2))).toBeUndefined();
		const changed = withVote(fields, 'q1', vote('A', true, 4));
		expect(votesIn({ ...changed }, 'q1').map(({ userid }) => userid)).toEqual(['b', 'A']);
		expect(votesIn(fields, 'q2')).toEqual([]);
	});
});

describe('a question that n8n did not let go on', () => {
	const end = { text: 'Approved' } as never;
	const question = { ask: 'claimed' } as never;

	it('is then ended by one of those who waited for it', async () => {
		const first = (await claim(question, end))!;
		const waiting = [claim(question, end), claim(question, end)];
		first(false);
		const second = await Promise.race(waiting);
		expect(second).toBeDefined();
		second!(true);
		const given = await Promise.all(waiting);
		expect(given.filter(Boolean)).toHaveLength(1);
		expect(await claim(question, end)).toBeUndefined();
	});
});

it('an answer is not handed over again when there is no time to hear of it', async () => {
	const timeouts: number[] = [];
	const httpRequest = async ({ timeout }: { timeout: number }) => {
		timeouts.push(timeout);
		return { statusCode: 500, body: '' };
	};
	const context = { helpers: { httpRequest } } as never;
	const url = new URL(`${WAITING}/17/node-1`);
	const click: SealedQuestion = { kind: 'click', at: Date.now(), userid: 'lisi', selected: {} };
	await handOver(context, url, Buffer.alloc(32), click, 1_600);
	expect(timeouts.length).toBeGreaterThan(1);
	expect(Math.min(...timeouts)).toBeGreaterThanOrEqual(1_000);
});
