/** n8n reads what it can of a webhook's description without its expression engine: every callback would wait for that. */
import {
	resolveWebhookDescriptionField,
	webhookDescriptionIsNativelyResolvable,
	type INode,
} from 'n8n-workflow';
import { WecomLoginTrigger } from '../../../nodes/WecomLoginTrigger/WecomLoginTrigger.node';
import { WecomTrigger } from '../../../nodes/WecomTrigger/WecomTrigger.node';

const node = (parameters: INode['parameters']) => ({ parameters }) as INode;
const resolved = (value: unknown) => ({ resolved: true, value });

it.each(new WecomTrigger().description.webhooks!)(
	'WeCom Trigger, $name: path and mode',
	(webhook) => {
		expect(webhookDescriptionIsNativelyResolvable(webhook)).toBe(true);
		const read = (field: string, parameters: INode['parameters']) =>
			resolveWebhookDescriptionField(node(parameters), webhook, field);
		expect(read('path', { path: 'wecom/a' })).toEqual(resolved('wecom/a'));
		expect(read('responseMode', { path: 'a' })).toEqual(resolved('onReceived'));
		expect(read('responseMode', { responseMode: 'responseNode' })).toEqual(
			resolved('responseNode'),
		);
	},
);

it.each([
	['streaming', {}],
	['streaming', { streamAnswer: true }],
	['onReceived', { streamAnswer: false }],
	['onReceived', { firstAnswer: '' }],
])('WeCom Trigger, an AI bot: %s with %j', (mode, botOptions) => {
	const [webhook] = new WecomTrigger().description.webhooks!.filter(
		({ name }) => name === 'default',
	);
	const options = { firstAnswer: 'Thinking…', ...botOptions };
	const read = (parameters: INode['parameters']) =>
		resolveWebhookDescriptionField(node(parameters), webhook, 'responseMode');
	expect(read({ source: 'bot', botOptions: options })).toEqual(resolved(mode));
	expect(read({ source: 'app', botOptions: options })).toEqual(resolved('onReceived'));
	const waits = { source: 'bot', botOptions: options, responseMode: 'responseNode' };
	expect(read(waits)).toEqual(resolved('responseNode'));
});

it.each(new WecomLoginTrigger().description.webhooks!)('WeCom Login Trigger: path', (webhook) => {
	expect(resolveWebhookDescriptionField(node({ path: 'login' }), webhook, 'path')).toEqual(
		resolved('login'),
	);
});
