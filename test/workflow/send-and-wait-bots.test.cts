/** Questions of an AI bot with a URL callback, and what is said where a bot cannot ask. */
import type { IDataObject } from 'n8n-workflow';
import { DEMO_CALLBACK_BOT } from '../../simulator/bot/data.cts';
import { logged } from '../support/harness.cts';
import { questionNode, triggerNode, until, useQuestions } from './send-and-wait-support.cts';
import { useSimulator } from './support.cts';

const { botId, callback } = DEMO_CALLBACK_BOT;
const simulator = useSimulator();
const questions = useQuestions(simulator);

beforeEach(() => {
	const { n8n, credentials } = questions();
	const { token, encodingAesKey } = callback;
	credentials.c2 = { token, encodingAesKey };
	const node = {
		...triggerNode({ source: 'bot', events: ['bot:text'], botOptions: { firstAnswer: '' } }),
		credentials: { wecomBotApi: 'c2' },
	};
	n8n.triggers.set('bot', { node, executions: [] });
	simulator().bots.setBot(botId, { callback: { ...callback, url: `${n8n.url}/webhook/bot` } });
});

const ask = async (parameters: IDataObject, items?: Array<{ json: IDataObject }>) =>
	await questions().n8n.execute(
		{
			...questionNode({ authentication: 'bot', botSendTo: 'message', ...parameters }),
			credentials: { wecomBotApi: 'c2' },
		},
		items,
	);

/** Somebody writes to the bot, and it asks in answer to that. */
async function askInAnswer(parameters: IDataObject = {}) {
	await simulator().bots.say(botId, { from: 'lisi', text: 'May I?' });
	const { executions } = questions().n8n.triggers.get('bot')!;
	const items = await until(() => executions.at(-1), 'the message');
	return await ask(parameters, items as Array<{ json: IDataObject }>);
}

const entry = () =>
	simulator()
		.bots.transcript({ botId, chat: 'lisi' })
		.filter(({ cards }) => cards)
		.at(-1)!;
/** As Li Si sees it. */
const card = () => entry().cards!.at(-1)!.card;

const press = async (place: number, more: IDataObject = {}) =>
	await simulator().bots.clickCard(botId, {
		taskId: String(card().task_id),
		eventKey: String(card().button_list?.[place].key ?? card().submit_button.key),
		from: 'lisi',
		...more,
	});

it('asks in answer to a message, and its card shows the decision', async () => {
	const execution = await askInAnswer();
	expect(execution.run.error).toBeUndefined();
	await press(0);
	await until(() => execution.output, 'the answer');
	expect(execution.output![0].json.data).toMatchObject({ approved: true, userid: 'lisi' });
	await until(() => card().replace_text === 'Approved', 'the card');
	expect(entry().cards!.at(-1)!.userids).toBeUndefined();
});

it('gives a button to try again where a click did not get there, to that person only', async () => {
	const { n8n } = questions();
	const execution = await askInAnswer();
	n8n.failing = 'down';
	await press(1);
	await until(() => card().main_title.title === 'Your answer could not be recorded', 'the card');
	expect(entry().cards!.at(-1)!.userids).toEqual(['lisi']);
	expect(card().button_list).toMatchObject([{ text: 'Try again' }]);
	n8n.failing = undefined;
	await press(0);
	await until(() => execution.output, 'the answer');
	expect(execution.output![0].json.data).toMatchObject({ approved: false, userid: 'lisi' });
});

it('leaves a card with choices as it is where a click did not get there', async () => {
	const { n8n } = questions();
	const values = [{ text: 'Train' }, { text: 'Plane' }];
	const execution = await askInAnswer({ responseType: 'choice', choices: { values } });
	n8n.failing = 'down';
	await press(0, { selected: { answer: ['Plane'] } });
	expect(card().card_type).toBe('vote_interaction');
	n8n.failing = undefined;
	await press(0, { selected: { answer: ['Plane'] } });
	await until(() => execution.output, 'the answer');
	expect(execution.output![0].json.data).toMatchObject({ choice: 'Plane', userid: 'lisi' });
});

it('tells somebody who may not decide', async () => {
	const execution = await askInAnswer({ allowedPeople: { userids: 'zhangsan' } });
	await press(0);
	await until(() => card().replace_text === 'Not for you', 'the card');
	expect(entry().cards!.at(-1)!.userids).toEqual(['lisi']);
	expect(execution.output).toBeUndefined();
});

describe('what goes wrong is said', () => {
	it('a reminder that cannot be sent', async () => {
		const reminder = { values: { after: 0.3 / 60, unit: 'minutes', times: 2 } };
		const { run } = await askInAnswer({ options: { reminder } });
		expect(JSON.stringify(run.hints('Ask'))).toContain('Nobody will be reminded');
		const said = () =>
			logged.filter(({ message }) => message.includes('a reminder could not be sent')).length;
		await until(() => said() === 2, 'both warnings');
	});

	it.each([
		[
			'no connection',
			{ botSendTo: 'chat', botChatid: 'lisi' },
			'The bot is not connected, so nobody would receive the clicks',
			'Publish a workflow with a WeCom Bot Trigger for this bot.',
		],
		[
			'no chat',
			{ botSendTo: 'chat', botChatid: ' ' },
			"'Chat ID' is empty",
			'Enter the ID of a group, or a user ID',
		],
		['no message', {}, 'No message to an AI bot came this way', 'Put this node behind a WeCom Bot'],
		[
			'a page that asks nobody who they are',
			{ responseType: 'freeText', allowedPeople: { userids: 'lisi' } },
			"'Allowed People' cannot be checked on a page that asks nobody who they are",
			'A bot cannot identify people on a page.',
		],
		[
			'a reason of one of several',
			{ decidedBy: 'number', options: { withReason: true } },
			"The page for 'Reason for Declining' does not know who the person is",
			"Switch off 'Reason for Declining'",
		],
	])('%s', async (_what, parameters, message, description) => {
		const { run } = await ask(parameters);
		expect(run.error?.message).toBe(message);
		expect(run.error?.description).toContain(description);
		expect(run.run.waitTill).toBeUndefined();
	});

	it('a message that has had its one reply', async () => {
		await askInAnswer();
		const { executions } = questions().n8n.triggers.get('bot')!;
		const again = await ask({}, executions.at(-1) as Array<{ json: IDataObject }>);
		expect(again.run.error?.description).toContain(
			'A bot with a URL callback can say one thing for each message, within an hour.',
		);
	});
});
