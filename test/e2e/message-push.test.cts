/** The message push in a real n8n: its own credential in place of the app's, in the form, in an execution and in the editor. */
import { browserOrSkip, screenshot, withEditor } from '../support/browser.cts';
import {
	credentialMessage,
	fillCredentialField,
	openCredential,
	openNode,
	openWorkflow,
	saveCredential,
} from '../support/editor.cts';
import { chain, itemsOf, manual, useN8n, uses, WECOM } from './support.cts';

const KEY = '693a91f6-7abc-4bc4-97a0-0ec2d1fa5aaa';
const surroundings = useN8n();

async function webhookCredential(name: string) {
	const { rest, sim } = surroundings();
	sim.control.issueToken('webhook-key', { token: KEY, name });
	return await rest.createCredential(name, 'wecomWebhookApi', { authKey: KEY, baseUrl: sim.url });
}

const push = (credential: { id: string; name: string }) => ({
	name: 'Push',
	type: WECOM,
	parameters: {
		resource: 'messagePush',
		operation: 'send',
		content: '构建完成',
		mentioned_list: '@all',
	},
	credentials: { wecomWebhookApi: { id: credential.id, name: credential.name } },
});

it('needs no other credential, and neither output nor log shows the key', async () => {
	const { rest, sim } = surroundings();
	const { id } = await rest.createWorkflow({
		name: 'Push',
		nodes: [manual, push(await webhookCredential('Build group'))],
		connections: chain('Start', 'Push'),
	});
	const execution = await rest.execute(id, 'Start');
	expect(itemsOf(execution, 'Push')).toEqual([{ sent: true }]);
	expect(sim.state.pushed.map(({ body }) => body)).toEqual([
		{ msgtype: 'text', text: { content: '构建完成', mentioned_list: ['@all'] } },
	]);
	sim.control.endTokens('webhook-key');
	const failed = await rest.execute(id, 'Start');
	expect(JSON.stringify(failed)).toContain('(93000)');
	expect(JSON.stringify([execution, failed])).not.toContain(KEY);
});

browserOrSkip()('in the editor', () => {
	it('the form shows what belongs to the resource, and every way of sending its content', async () => {
		const { n8n, rest, credential } = surroundings();
		const card = {
			name: 'Card',
			type: WECOM,
			parameters: { msgtype: 'template_card', card_type: 'vote_interaction', touser: ['zhangsan'] },
			credentials: uses(credential),
		};
		const menu = {
			name: 'Menu',
			type: WECOM,
			parameters: {
				resource: 'app',
				operation: 'setMenu',
				menu: { row: [{ name: 'A', type: 'click', key: 'a' }] },
			},
			credentials: uses(credential),
		};
		const { id } = await rest.createWorkflow({
			name: 'Forms',
			nodes: [manual, push(await webhookCredential('Form group')), card, menu],
			connections: chain('Start', 'Push', 'Card', 'Menu'),
		});
		await withEditor(n8n, async (page) => {
			await openWorkflow(page, id);
			const form = await openNode(page, 'Push');
			await form.getByText('Mention Phone Numbers').first().waitFor();
			await screenshot(page, 'message-push');
			const text = await form.innerText();
			expect(text).toContain('Credential for WeCom Message Push API');
			expect(text).not.toContain('Authentication');
			expect(text).not.toContain('Credential for WeCom API');
			for (const [node, words] of [
				['Card', 'Card Options'],
				['Menu', 'Submenu Of'],
			]) {
				await openWorkflow(page, id);
				const other = await openNode(page, node);
				await other.getByText(words).first().waitFor();
				await screenshot(page, `message-${node.toLowerCase()}`);
				expect(await other.innerText()).not.toContain('Message Push');
			}
		});
	});

	it('the credential is green with a key WeCom knows, red with another, and sends nothing to find out', async () => {
		const { n8n, sim } = surroundings();
		const own = await webhookCredential('Tested group');
		const before = sim.state.pushed.length;
		await withEditor(n8n, async (page) => {
			await openCredential(page, own.id);
			expect((await credentialMessage(page)).kind).toBe('green');
			await screenshot(page, 'message-push-green');
			await fillCredentialField(
				page,
				'authKey',
				'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=gone',
			);
			const red = await saveCredential(page);
			expect(red.kind).toBe('red');
			expect(`${red.text} ${red.details}`).toContain('(93000)');
			await screenshot(page, 'message-push-red');
		});
		expect(sim.state.pushed.length).toBe(before);
	});
});
