/**
 * What was made with the package before its first release: all that its forms had, the nodes of its examples, and credentials as
 * they were stored. Nothing was published, so names could still change; this says which did.
 */
import type { IDataObject, INodeProperties, INodePropertyCollection } from 'n8n-workflow';
import { fingerprint } from '../../nodes/shared/credentials/tokens';
import { resources } from '../../nodes/Wecom/resources';
import { DEMO_APP } from '../../simulator/demo-data.cts';
import oldForms from '../fixtures/before-release/forms.json';
import oldNodes from '../fixtures/before-release/nodes.json';
import { declaredCredentials, declaredNodes } from '../support/declared.cts';
import { startProvider, useProvider } from './suite-support.cts';
import { credentialOf, runWecom, useSimulator } from './support.cts';

/** Operations whose value changed. The form shows them under the same name: choose it again in a workflow that has the old value. */
const RENAMED: Record<string, string> = {
	'approval.getStatus': 'approval.getOwnFlowStatus',
	'attendance.getRecords': 'attendance.getManyRecords',
	'attendance.getRules': 'attendance.getManyRules',
	'bot.push': 'bot.send',
	'bot.stream': 'bot.streamReply',
	'bot.upload': 'bot.uploadMedia',
	'calendar.getByIds': 'calendar.get',
	'customer.convertFromService': 'customer.convertProvidersId',
	'customer.convertFromTemporary': 'customer.convertTemporaryIds',
	'customer.convertFromUnionid': 'customer.convertUnionid',
	'customer.getAllServed': 'customer.getManyServed',
	'customer.getAllWithDetails': 'customer.getManyWithDetails',
	'customerMessage.cancel': 'customerMessage.cancelBulkMessage',
	'customerMessage.create': 'customerMessage.createBulkMessage',
	'customerMessage.createTemplate': 'customerMessage.createGroupWelcomeTemplate',
	'customerMessage.deleteTemplate': 'customerMessage.deleteGroupWelcomeTemplate',
	'customerMessage.getBulkMessages': 'customerMessage.getManyBulkMessages',
	'customerMessage.getResults': 'customerMessage.getBulkMessageResults',
	'customerMessage.getTasks': 'customerMessage.getBulkMessageTasks',
	'customerMessage.getTemplate': 'customerMessage.getGroupWelcomeTemplate',
	'customerMessage.remind': 'customerMessage.remindOfBulkMessage',
	'customerMessage.sendWelcome': 'customerMessage.sendWelcomeMessage',
	'customerMessage.updateTemplate': 'customerMessage.updateGroupWelcomeTemplate',
	'customerMoment.getCustomers': 'customerMoment.getSelectedCustomers',
	'customerMoment.getInteractions': 'customerMoment.getCommentsAndLikes',
	'customerMoment.getMembers': 'customerMoment.getPublishers',
	'customerService.cancelUpgrade': 'customerService.withdrawRecommendation',
	'customerService.getByIds': 'customerService.getCustomers',
	'customerService.getUpgradeConfig': 'customerService.getUpgradeConfiguration',
	'customerService.send': 'customerService.sendMessage',
	'customerService.sendOnEvent': 'customerService.sendEventMessage',
	'customerService.upgrade': 'customerService.recommendMemberOrGroup',
	'customerStatistic.getContacts': 'customerStatistic.getContactsPerDay',
	'customerStatistic.getService': 'customerStatistic.getCustomerServicePerDay',
	'customerStatistic.getServicers': 'customerStatistic.getServicersPerDay',
	'customerTag.getAllInStrategy': 'customerTag.getManyInStrategy',
	'customerTransfer.getResultsOfLeft': 'customerTransfer.getResultsAfterLeaving',
	'customerTransfer.getUnassigned': 'customerTransfer.getUnassignedCustomers',
	'customerTransfer.transfer': 'customerTransfer.transferCustomers',
	'customerTransfer.transferGroupsOfLeft': 'customerTransfer.transferGroupsAfterLeaving',
	'customerTransfer.transferOfLeft': 'customerTransfer.transferCustomersAfterLeaving',
	'driveFile.create': 'driveFile.createFolder',
	'groupChat.send': 'groupChat.sendMessage',
	'login.buildUrl': 'login.buildAuthorizationUrl',
	'login.confirmTfa': 'login.confirmSecondVerification',
	'login.getTfaInfo': 'login.getSecondVerificationInfo',
	'login.respondToLogin': 'login.respond',
	'media.downloadVoice': 'media.downloadHdVoice',
	'member.convertToUserid': 'member.convertToUserId',
	'member.getIds': 'member.getManyIds',
	'message.updateCard': 'message.updateTemplateCard',
	'payment.getBills': 'payment.getManyBills',
	'payment.getFundFlows': 'payment.getManyFundFlows',
	'schedule.getByIds': 'schedule.get',
	'smartSheet.addFields': 'smartSheet.addColumns',
	'smartSheet.createRecord': 'smartSheet.appendRecord',
	'smartSheet.deleteFields': 'smartSheet.deleteColumns',
	'smartSheet.getFields': 'smartSheet.getColumns',
	'smartSheet.getRecords': 'smartSheet.getManyRecords',
	'smartSheet.getSheets': 'smartSheet.getManySheets',
	'smartSheet.updateSheet': 'smartSheet.renameSheet',
	'suite.getAuthInfo': 'suite.getAuthorizationInfo',
	'suite.getCompanies': 'suite.getManyCompanies',
	'suite.getCustomizedAuthUrl': 'suite.getCustomizedAppAuthorizationLink',
};
/** Parameters that are gone, by node, the longer paths first: where to enter what they held, undefined where nothing takes it. */
const REMOVED: Record<string, Record<string, string | undefined>> = {
	wecom: {
		'articles.row.Description': 'articles.row.description',
		'articles.row.PicUrl': 'articles.row.picurl',
		'articles.row.Title': 'articles.row.title',
		'articles.row.Url': 'articles.row.url',
		'button_list.entries': 'button_list.row',
		CardType: 'card_type',
		'card.ReplaceText': 'additionalFields.replace_text',
		'card.SubTitleText': 'sub_title_text',
		'card.desc': 'main_desc',
		'card.iconUrl': 'card_options.source_icon_url',
		'card.image': 'card_image',
		'card.source': 'card_options.source_desc',
		// Card Type JSON has it.
		'card.submitKey': undefined,
		'card.submitText': 'card_options.submit_text',
		'card.title': 'main_title',
		'card.url': 'card_url',
		card: 'card_options',
		cardJson: 'template_card',
		'card_options.action_list.entries': 'card_options.action_list.row',
		'card_options.jump_list.entries': 'card_options.jump_list.row',
		'horizontal_content_list.entries': 'horizontal_content_list.row',
		'option_list.entries': 'option_list.row',
		permanentCode: 'options.permanentCode',
		'select_list.entries.option_list.entries': 'select_list.row.option_list.row',
		'select_list.entries': 'select_list.row',
		toAll: 'sendTo',
	},
	wecomTrigger: { moreOptions: 'security' },
};

const descriptions = new Map(
	declaredNodes().map(({ description }) => [description.name, description] as const),
);
/** The description behind a stored node's type, also where an agent uses the node as its tool. */
const descriptionOf = (type: string) =>
	descriptions.get(type.replace(/^n8n-nodes-wecom-kit\./, '').replace(/Tool$/, ''))!;
const nodes = oldNodes as Array<{
	type: string;
	typeVersion: number;
	parameters: Record<string, unknown>;
}>;
const operationOf = ({ parameters: { resource, operation } }: (typeof nodes)[number]) =>
	resource ? `${String(resource)}.${String(operation)}` : '';
/** The label of every operation, by resource and value. */
const operations: Record<string, string> = Object.fromEntries(
	resources.flatMap((resource) =>
		resource.operations.map(({ value, name }) => [`${resource.value}.${value}`, name]),
	),
);

/** The paths of all inputs of a form: `filters`, `filters.users`, `button_list.row.text`. */
const pathsOf = (properties: INodeProperties[], before = ''): string[] =>
	properties.flatMap(({ name, type, options = [] }) => [
		before + name,
		...(type === 'collection' ? pathsOf(options as INodeProperties[], `${before}${name}.`) : []),
		...(type === 'fixedCollection'
			? (options as INodePropertyCollection[]).flatMap((group) =>
					pathsOf(group.values, `${before}${name}.${group.name}.`),
				)
			: []),
	]);

describe('workflows made before the first release', () => {
	it('find every operation under the name it had in the form, but for its value where that was renamed', () => {
		const gone = Object.keys(oldForms.operations).filter((name) => !(name in operations));
		expect(gone.sort()).toEqual(Object.keys(RENAMED).sort());
		for (const [name, label] of Object.entries(oldForms.operations))
			expect([name, operations[RENAMED[name] ?? name]]).toEqual([name, label]);
	});

	it('find every parameter, but for those that are gone, and those have a new place', () => {
		for (const [node, before] of Object.entries(oldForms.parameters)) {
			const paths = new Set(pathsOf(descriptionOf(node).properties));
			const removed = REMOVED[node] ?? {};
			const missing = before.filter((path) => !paths.has(path));
			const rename = (path: string) => {
				const old = Object.keys(removed).find((name) => `${path}.`.startsWith(`${name}.`));
				if (old === undefined) return 'not told';
				const moved = removed[old];
				return moved === undefined ? undefined : moved + path.slice(old.length);
			};
			for (const path of missing) {
				const moved = rename(path);
				if (moved !== undefined) expect([path, paths.has(moved)]).toEqual([path, true]);
			}
			for (const old of Object.keys(removed))
				expect(missing.some((path) => `${path}.`.startsWith(`${old}.`))).toBe(true);
		}
	});

	it('of the examples are as they were, but for what was renamed', () => {
		const used = nodes.map(operationOf).filter((name) => name in RENAMED);
		expect([...new Set(used)].sort()).toEqual([
			'customerMessage.sendWelcome',
			'customerService.send',
			'customerService.sendOnEvent',
			'login.respondToLogin',
			'smartSheet.createRecord',
		]);
		for (const node of nodes) {
			const { name, properties, version } = descriptionOf(node.type);
			const names = properties.map((property) => property.name);
			const known = [...names, ...Object.keys(REMOVED[name] ?? {})];
			expect(version).toBe(node.typeVersion);
			expect(known).toEqual(expect.arrayContaining(Object.keys(node.parameters)));
		}
	});
});

describe('credentials made before the first release', () => {
	it('have their fields', () => {
		for (const [name, fields] of Object.entries(oldForms.credentials)) {
			const credential = declaredCredentials().find((type) => type.name === name)!;
			const names = credential.properties.map((property) => property.name);
			expect(names).toEqual(expect.arrayContaining(fields));
		}
	});
});

describe('what was stored before the first release', () => {
	const simulator = useSimulator();

	it('an operation that was renamed says what to do', async () => {
		const run = await runWecom(simulator(), { resource: 'customerMessage', operation: 'cancel' });
		expect(run.error).toMatchObject({
			message: "The operation 'customerMessage: cancel' does not exist",
			description: 'Choose the resource and the operation again.',
		});
	});

	it('a token with its expiry as a number is used', async () => {
		const sim = simulator();
		const settings = credentialOf(sim);
		const query = `corpid=${String(settings.corpId)}&corpsecret=${String(settings.corpSecret)}`;
		const answer = await fetch(`${sim.url}/cgi-bin/gettoken?${query}`);
		const { access_token } = (await answer.json()) as { access_token: string };
		const before = sim.control.tokenCalls(DEMO_APP.agentid);
		const store = {
			c1: {
				...settings,
				refreshGuard: '',
				accessToken: access_token,
				accessTokenExpiresAt: Date.now() + 7_000_000,
				accessTokenFor: fingerprint(settings as never),
			},
		};
		const run = await runWecom(sim, {
			resource: 'member',
			operation: 'get',
			parameters: { userid: { __rl: true, mode: 'id', value: 'zhangsan' } },
			store: store as never,
		});
		expect(run.error).toBeUndefined();
		expect(sim.control.tokenCalls(DEMO_APP.agentid)).toBe(before);
	});
});

describe('a message stored before Send To was there', () => {
	const simulator = useSimulator();
	const stored = (parameters: IDataObject) => ({
		resource: 'message',
		operation: 'send',
		parameters: { msgtype: 'text', toAll: false, content: 'x', ...parameters },
	});
	const recipients = () =>
		simulator().messages.map(({ body: { touser, toparty, totag } }) => [touser, toparty, totag]);
	const lists = { touser: ['zhangsan'], toparty: ['2'], totag: ['1'] };

	// n8n hands over nothing that the form does not show, so the node cannot know of the departments and tags.
	it.each([
		['to departments and tags, too', lists],
		['to everyone', { ...lists, toAll: true }],
	])('%s goes to the members only', async (_name, parameters) => {
		const { error } = await runWecom(simulator(), stored(parameters));
		expect(error).toBeUndefined();
		expect(recipients()).toEqual([['zhangsan', undefined, undefined]]);
	});

	it.each([
		['to departments', { ...lists, touser: [] }],
		['to everyone', { touser: [], toAll: true }],
	])('%s without members says where to choose', async (_name, parameters) => {
		const { error } = await runWecom(simulator(), stored(parameters));
		expect(error).toMatchObject({
			message: 'The message has no recipient',
			description: "Choose members, departments or tags, or 'Everyone' at 'Send To'.",
		});
		expect(recipients()).toEqual([]);
	});

	it('goes to all it was for once they are chosen at Send To', async () => {
		const sendTo = ['members', 'departments', 'tags'];
		const { error } = await runWecom(simulator(), stored({ ...lists, sendTo }));
		expect(error).toBeUndefined();
		expect(recipients()).toEqual([['zhangsan', '2', '1']]);
	});
});

describe('a suite credential stored before the first release', () => {
	const simulator = useProvider();

	it('keeps its ticket', async () => {
		const provider = await startProvider(simulator());
		await provider.listen();
		await provider.ticket();
		Object.assign(provider.store.s1, { suiteTicketAt: Number(provider.stored().suiteTicketAt) });
		const got = await provider.itemsOf({ resource: 'suite', operation: 'getSuiteToken' });
		expect(got).toHaveLength(1);
		await provider.stop();
	});
});
