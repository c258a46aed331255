/** What somebody may try who has a link, a card or a handover of another question. */
import type { IDataObject } from 'n8n-workflow';
import { handoverKeys, seal, type SealedQuestion } from '../../nodes/shared/sendAndWait/seal';
import { claim } from '../../nodes/WecomSendAndWait/answers';
import type { Question } from '../../nodes/WecomSendAndWait/question';
import { VOTES_FIELD } from '../../nodes/WecomSendAndWait/votes';
import { DEMO_APP } from '../../simulator/demo-data.cts';
import { logged } from '../support/harness.cts';
import {
	answerOf,
	awaitLastWords,
	until,
	useNewestCard,
	useQuestions,
} from './send-and-wait-support.cts';
import { useSimulator } from './support.cts';

const simulator = useSimulator();
const questions = useQuestions(simulator);
awaitLastWords();

const { seenBy, press } = useNewestCard(simulator);

/** Where the buttons of the newest card lead. */
const links = (): { approve: URL; decline: URL } => {
	const [approve, decline] = seenBy('zhangsan').card.button_list.map(
		({ key }: { key: string }) => new URL(questions().n8n.url + key.slice('hitl:'.length)),
	);
	return { approve, decline };
};
const post = async (url: URL, body: unknown) => {
	const response = await fetch(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
	return { status: response.status, text: await response.text() };
};
const click = (userid: string, at = Date.now()): SealedQuestion => ({
	kind: 'click',
	at,
	userid,
	selected: {},
});
/** As a trigger of the app seals it. */
const sealed = ({ search }: URL, handover: SealedQuestion) =>
	seal(handoverKeys('wecomApi', questions().credentials.c1)[0], search, handover);

describe('a handover', () => {
	it('that no trigger vouches for is refused', async () => {
		const execution = await questions().ask();
		const { approve } = links();
		const handover = JSON.stringify(click('zhangsan'));
		const [foreign] = handoverKeys('wecomApi', { corpId: 'ww1', corpSecret: 'guessed' });
		const tries: unknown[] = [
			{ handover, mac: 'x' },
			{ handover, mac: '0'.repeat(64) },
			{ handover },
			{ handover: click('zhangsan'), mac: '0'.repeat(64) },
			seal(foreign, approve.search, click('zhangsan')),
			{ ...sealed(approve, click('lisi')), handover },
			seal(foreign, approve.search, { kind: 'expire', at: Date.now() }),
			seal(foreign, approve.search, { kind: 'remind', at: Date.now() }),
		];
		for (const body of tries) expect((await post(approve, body)).status).toBe(403);
		expect(execution.output).toBeUndefined();
		expect(seenBy('lisi').replaced).toBeUndefined();
	});

	it('of another question, of the other button, or that somebody has kept, is refused', async () => {
		const first = await questions().ask();
		const { approve: ofFirst } = links();
		const second = await questions().ask();
		const { approve, decline } = links();
		for (const body of [
			sealed(ofFirst, click('zhangsan')),
			sealed(decline, click('zhangsan')),
			sealed(approve, click('zhangsan', Date.now() - 11 * 60_000)),
			sealed(approve, click('zhangsan', Date.now() + 11 * 60_000)),
		])
			expect((await post(approve, body)).status).toBe(403);
		expect([first.output, second.output]).toEqual([undefined, undefined]);
	});

	it('that comes twice is worth one answer, and the older one never wins', async () => {
		const execution = await questions().ask({
			touser: 'zhangsan, lisi, wangfang',
			decidedBy: 'all',
		});
		const { approve, decline } = links();
		const at = Date.now();
		const kept = sealed(approve, click('zhangsan', at - 1_000));
		for (const one of [kept, kept]) await post(approve, one);
		await post(decline, sealed(decline, click('zhangsan', at)));
		expect(answerOf(execution)).toMatchObject({ approved: false });
		const { output } = execution;
		for (const again of [kept, kept]) await post(approve, again);
		expect(execution.output).toBe(output);
		expect((answerOf(execution)!.answers as unknown[]).length).toBe(1);
	});

	it('reminds nobody of a question that is decided', async () => {
		await questions().ask();
		const { approve } = links();
		const reminder = () => sealed(approve, { kind: 'remind', at: Date.now() });
		const reminded = () => simulator().state.messages.filter(({ msgtype }) => msgtype === 'text');
		expect(JSON.parse((await post(approve, reminder())).text)).toEqual({ waits: true });
		expect(reminded()).toHaveLength(1);
		const question = { ask: approve.searchParams.get('ask') } as Question;
		const settle = await claim(question, { state: 'approved', person: 'lisi', at: Date.now() });
		settle!(true);
		expect(JSON.parse((await post(approve, reminder())).text)).toEqual({ waits: false });
		expect(reminded()).toHaveLength(1);
	});

	it('does not bring back what somebody has said before', async () => {
		const { ask, credentials } = questions();
		await ask({
			touser: 'zhangsan, lisi, wangfang',
			allowedPeople: { users: 'zhangsan, lisi, wangfang' },
			decidedBy: 'number',
			neededAnswers: 2,
		});
		const { approve, decline } = links();
		const at = Date.now();
		const kept = sealed(approve, click('zhangsan', at - 1_000));
		await post(approve, kept);
		await post(decline, sealed(decline, click('zhangsan', at)));
		await post(approve, kept);
		const [{ votes }] = Object.values(
			JSON.parse(String(credentials.c1[VOTES_FIELD])) as Record<string, { votes: IDataObject[] }>,
		);
		expect(votes).toMatchObject([{ userid: 'zhangsan', answer: { approved: false } }]);
	});
});

describe('a link', () => {
	it('that was changed is refused, and no GET decides', async () => {
		const execution = await questions().ask();
		const { approve, decline } = links();
		const changed = new URL(decline.href.replace('approved=false', 'approved=true'));
		expect((await fetch(changed)).status).toBe(401);
		expect((await post(changed, sealed(changed, click('zhangsan')))).status).toBe(401);
		for (const url of [approve, decline]) expect((await fetch(url)).status).toBe(200);
		expect(execution.output).toBeUndefined();
	});

	it('of a question that is answered in the card takes no answer, whatever is sent to it', async () => {
		const execution = await questions().ask({ message: 'Long '.repeat(60) });
		const page = new URL(String(seenBy('zhangsan').card.card_action.url));
		for (const body of ['decision=approve', 'decision=decline&reason=x']) {
			const response = await fetch(page, {
				method: 'POST',
				headers: { 'content-type': 'application/x-www-form-urlencoded' },
				body,
			});
			expect(await response.text()).toContain('Please answer with the buttons of the message');
		}
		for (const body of [{ userid: 'zhangsan' }, { decision: 'approve', userid: 'zhangsan' }])
			await post(links().approve, body);
		expect(execution.output).toBeUndefined();
	});
});

describe('a card', () => {
	it('that was forwarded decides nothing for those who were not asked', async () => {
		const execution = await questions().ask();
		await press('wangfang', 'Approve', { stale: true });
		await until(
			() => logged.some(({ message }) => message.includes('could not be changed')),
			'the refusal of WeCom to change a forwarded card',
		);
		expect(execution.output).toBeUndefined();
		expect(seenBy('lisi').replaced).toBeUndefined();
		await press('lisi', 'Approve');
		await until(() => execution.output, 'the answer');
	});

	it('is for somebody, however the user ID is written', async () => {
		const execution = await questions().ask({
			touser: 'ZhangSan',
			allowedPeople: { users: 'LiSi, ZHANGSAN' },
		});
		await press('zhangsan', 'Approve');
		await until(() => execution.output, 'the answer');
		expect(answerOf(execution)).toMatchObject({ userid: 'zhangsan' });
	});

	it('leads to no other origin or path, whoever made its key', async () => {
		await questions().ask();
		const { n8n } = questions();
		for (const EventKey of [
			'hitl://evil.example/x/y?z',
			'hitl:https://evil.example/',
			'hitl:/rest/login/x',
			'hitl:/webhook-waiting/../rest/x',
			'hitl:/webhook-waiting/1/2/3',
		])
			await simulator().control.push(DEMO_APP.agentid, {
				kind: 'template_card_event',
				fields: { EventKey, FromUserName: 'zhangsan' },
			});
		await until(
			() => logged.filter(({ message }) => message.includes('no waiting execution')).length >= 5,
			'the warnings',
		);
		expect(n8n.served).toBe(0);
	});
});
