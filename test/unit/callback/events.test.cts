import {
	callbackGroups,
	callbackKinds,
	classify,
	matches,
	repeatableElements,
	triggerOptions,
} from '../../../nodes/shared/callback/events';
import { wrapRepeatable } from '../../../nodes/shared/callback/xml';
import samples from '../../fixtures/callback-samples.json';

const event = (Event: string, ChangeType?: string) => ({ MsgType: 'event', Event, ChangeType });

function wrapped(Event: string, rest: Record<string, unknown>): Record<string, unknown> {
	const payload = { MsgType: 'event', Event, ...rest };
	wrapRepeatable(payload, repeatableElements(classify(payload)));
	return payload;
}

describe('table', () => {
	it('has each kind and each discriminator once', () => {
		const kinds = callbackKinds.map(({ kind }) => kind);
		const discriminators = callbackKinds.flatMap(({ on, also }) => [on, ...(also ?? [])]);
		const options = triggerOptions();
		expect(new Set(kinds).size).toBe(kinds.length);
		expect(new Set(discriminators).size).toBe(discriminators.length);
		expect(new Set(options.map(({ value }) => value)).size).toBe(options.length);
		expect(new Set(options.map(({ name }) => name)).size).toBe(options.length);
	});

	it.each(callbackKinds.map((row) => [row.kind, row] as const))('%s is complete', (_kind, row) => {
		expect(row.on).toMatch(/^((bot:)?\w+|(event|info)\/\w+(\/\w+)?|payment\/\w+\/\w+\.\w+)$/);
		expect(row.name).toMatch(/^[A-Z][\w -]+: [A-Z][\w ,()-]+$/);
		const { description = 'As its name says' } = row;
		expect(description).toMatch(/^[A-Z].{9,109}$/);
		expect(row.name).not.toContain(description);
		// n8n wants a full stop only where there are several sentences.
		expect(description.endsWith('.')).toBe(description.includes('. '));
		expect(['P', 'E', 'S', 'B']).toContain(row.answer);
		// Those that no page in the stored docs shows say so with undefined.
		const undocumented = [
			'switch_workbench_mode',
			'modify_calendar',
			'add_schedule',
			'delete_schedule',
			'bot:enter_check_update',
		];
		if (undocumented.includes(row.kind)) expect(row.doc).toBeUndefined();
		else expect(String(row.doc)).toMatch(/^\d{5,6}$/);
	});

	it('has a group for every Event with several kinds, and no other', () => {
		const counts = new Map<string, number>();
		for (const { kind } of callbackKinds) {
			const [name, changeType] = kind.split('.');
			if (changeType) counts.set(name, (counts.get(name) ?? 0) + 1);
		}
		const several = [...counts].filter(([, count]) => count > 1).map(([name]) => name);
		// The console offers the kind of security alone today, as one of several.
		expect(callbackGroups.map((group) => group.event).sort()).toEqual(
			[...several, 'security'].sort(),
		);
	});

	it('has all kinds of messages, of apps and of contacts that the pages name', () => {
		const kinds = callbackKinds.filter(({ family }) =>
			['message', 'appEvent', 'contact'].includes(family),
		);
		expect(kinds.map(({ kind }) => kind)).toEqual(
			expect.arrayContaining(
				(
					'text image voice video location link subscribe unsubscribe enter_agent LOCATION click view ' +
					'view_miniprogram scancode_push scancode_waitmsg pic_sysphoto pic_photo_or_album pic_weixin ' +
					'location_select template_card_event template_card_menu_event open_approval_change ' +
					'share_agent_change share_chain_change batch_job_result inactive_alert close_inactive_agent ' +
					'reopen_inactive_agent low_active_alert low_active active_restored taskcard_click ' +
					'switch_workbench_mode upload_media_job_finish security.change_domain_ip ' +
					'submit_vip_account_approval finish_vip_account_approval change_contact.create_user change_contact.update_user ' +
					'change_contact.delete_user change_contact.create_party change_contact.update_party ' +
					'change_contact.delete_party change_contact.update_tag'
				).split(' '),
			),
		);
	});

	it('allows a passive reply exactly where doc 90241 does', () => {
		const replies = callbackKinds.filter(({ answer }) => answer === 'P').map(({ kind }) => kind);
		expect(replies.sort()).toEqual(
			(
				'text image voice video location link subscribe enter_agent LOCATION click view ' +
				'view_miniprogram scancode_waitmsg template_card_event template_card_menu_event'
			)
				.split(' ')
				.sort(),
		);
	});
});

describe('classify', () => {
	// Drive's xxx_file is a placeholder.
	const unknown = /xxx_file/;
	const named = samples.map(
		({ kind, expected }) => [JSON.stringify(kind), kind, expected] as const,
	);

	it.each(named.filter(([name]) => !unknown.test(name)))('knows %s', (_name, kind, expected) => {
		const classification = classify(expected);
		const { InfoType, MsgType, Event, ChangeType, notify_type, event_type } = kind as Record<
			string,
			string | undefined
		>;
		const words =
			InfoType || notify_type || MsgType === 'event'
				? [InfoType ?? notify_type ?? Event, event_type ?? ChangeType].filter(Boolean).join('.')
				: MsgType;
		expect(classification.known).toBe(true);
		expect(classification.kind).toBe(words?.replace('deparmtment', 'department'));
		expect(classification.row?.kind).toBe(classification.kind);
		expect(classification.family).toBe(classification.row?.family);
	});

	it.each(named.filter(([name]) => unknown.test(name)))(
		'passes %s on',
		(_name, _kind, expected) => {
			const classification = classify(expected);
			expect(classification).toMatchObject({ known: false });
			expect(classification).not.toHaveProperty('row');
			expect(classification.kind).toBeTruthy();
		},
	);

	it('tells the words it saw', () => {
		expect(classify(event('change_contact', 'create_user'))).toEqual({
			family: 'contact',
			kind: 'change_contact.create_user',
			event: 'change_contact',
			changeType: 'create_user',
			known: true,
			row: expect.objectContaining({ on: 'event/change_contact/create_user', doc: 90970 }),
		});
	});

	it('keeps the case apart and ignores white space', () => {
		expect(classify({ MsgType: ' text\n' }).kind).toBe('text');
		expect(classify(event(' LOCATION ')).kind).toBe('LOCATION');
		expect(classify(event('location'))).toMatchObject({ known: false, kind: 'location' });
		expect(classify({ MsgType: 'LOCATION' }).known).toBe(false);
		expect(classify({ MsgType: 'location' })).toMatchObject({ family: 'message', known: true });
	});

	it('knows both spellings', () => {
		for (const [Event, one, two, kind] of [
			['change_school_contact', 'create_deparmtment', 'create_department', 'create_department'],
			['smart_sheet_change', 'add_filed', 'add_field', 'add_filed'],
		]) {
			for (const spelling of [one, two]) {
				expect(classify(event(Event, spelling))).toMatchObject({
					known: true,
					kind: `${Event}.${kind}`,
				});
			}
		}
	});

	it.each([
		[event('change_contact', 'new'), { family: 'contact', kind: 'change_contact.new' }],
		[event('change_contact'), { family: 'contact', kind: 'change_contact' }],
		[event('brand_new', 'thing'), { family: 'unknown', kind: 'brand_new.thing' }],
		[event('brand_new'), { family: 'unknown', kind: 'brand_new' }],
		[event(''), { family: 'unknown', kind: 'event' }],
		[{ MsgType: 'file' }, { family: 'unknown', kind: 'file' }],
		[{ InfoType: 'brand_new' }, { family: 'unknown', kind: 'brand_new' }],
		[
			{ InfoType: 'change_contact', ChangeType: 'new' },
			{ family: 'contact', kind: 'change_contact.new' },
		],
		[{}, { family: 'unknown', kind: 'unknown' }],
		[{ MsgType: ['text', 'text'] }, { family: 'unknown', kind: 'unknown' }],
		[{ MsgType: {} }, { family: 'unknown', kind: 'unknown' }],
		[{ MsgType: 'toString' }, { family: 'unknown', kind: 'toString' }],
	])('passes %j on', (payload, expected) => {
		expect(classify(payload)).toMatchObject({ ...expected, known: false });
	});

	it('knows the words of a suite as an event of an app, and the other way round', () => {
		const kind = 'device_data_auth_change';
		expect(classify(event(kind))).toMatchObject({ known: true, kind, family: 'suite' });
		expect(classify(event('customer_acquisition', 'change_price')).known).toBe(true);
		const asInfo = { InfoType: 'upload_media_job_finish' };
		expect(classify(asInfo)).toMatchObject({ known: true, family: 'appEvent' });
	});

	it('knows a kind without change types also with one', () => {
		expect(classify(event('subscribe', 'new'))).toMatchObject({
			known: true,
			kind: 'subscribe',
			changeType: 'new',
		});
	});
});

describe('repeatableElements', () => {
	it('makes single elements arrays at their place', () => {
		expect(
			wrapped('pic_weixin', {
				SendPicsInfo: { Count: '1', PicList: { item: { PicMd5Sum: 'a' } } },
			}),
		).toMatchObject({
			SendPicsInfo: { Count: '1', PicList: { item: [{ PicMd5Sum: 'a' }] } },
		});
		expect(
			wrapped('change_contact', {
				ChangeType: 'create_user',
				Name: 'n',
				ExtAttr: { Item: { Name: 'a' } },
			}),
		).toMatchObject({ Name: 'n', ExtAttr: { Item: [{ Name: 'a' }] } });
		expect(
			wrapped('open_approval_change', {
				ApprovalInfo: {
					ApprovalNodes: { ApprovalNode: { Items: { Item: { ItemName: 'a' } } } },
					NotifyNodes: { NotifyNode: { ItemName: 'b' } },
				},
			}),
		).toMatchObject({
			ApprovalInfo: {
				ApprovalNodes: { ApprovalNode: [{ Items: { Item: [{ ItemName: 'a' }] } }] },
				NotifyNodes: { NotifyNode: [{ ItemName: 'b' }] },
			},
		});
	});

	it('makes the whole approval of doc 91815 arrays', () => {
		const sample = samples.find(({ doc }) => doc === 91815);
		const { ApprovalInfo } = wrapped(
			'sys_approval_change',
			structuredClone(sample?.expected) ?? {},
		);
		expect(ApprovalInfo).toMatchObject({
			SpRecord: [{ Details: [{}, {}] }, { Details: [{ SpStatus: '1' }] }],
			Notifyer: [{ UserId: 'ChengLiang' }],
			ProcessList: { NodeList: [{ SubNodeList: [{}, {}] }, { SubNodeList: [{}] }] },
			Comments: [{ CommentId: '6750538708562308220' }],
		});
	});

	it('leaves ids that do not repeat alone', () => {
		const chain = wrapped('change_chain', {
			ChangeType: 'corp_join',
			ChainId: '1',
			CorpIds: { CorpId: 'ww' },
		});
		expect(chain).toMatchObject({ ChainId: '1', CorpIds: { CorpId: ['ww'] } });
		const field = wrapped('smart_sheet_change', {
			ChangeType: 'add_field',
			DocId: 'd',
			FieldId: 'f',
		});
		expect(field).toMatchObject({ DocId: 'd', FieldId: ['f'] });
	});

	it('covers in its list for unknown kinds what the rows name', () => {
		const anywhere = repeatableElements(classify({}));
		for (const path of callbackKinds.flatMap(({ repeat }) => repeat ?? [])) {
			expect(anywhere.some((known) => `.${path}`.endsWith(`.${known}`))).toBe(true);
		}
	});
});

describe('triggerOptions', () => {
	const options = triggerOptions();

	it('are complete, in the order of the tables: all, messages, events, groups before their kinds', () => {
		const ofBot = callbackKinds.filter(({ family }) => family === 'bot').length;
		expect(options).toHaveLength(callbackKinds.length - ofBot + callbackGroups.length + 1);
		expect(triggerOptions(true)).toHaveLength(ofBot + 1);
		const values = options.map(({ value }) => value);
		expect(values.slice(0, 3)).toEqual(['*', 'text', 'image']);
		for (const { event } of callbackGroups) {
			const first = values.findIndex((value) => value.startsWith(`${event}.`));
			expect(values[first - 1]).toBe(event);
		}
	});

	it('say in the node panel what happens, in sentence case, and each its own', () => {
		const actions = [...options, ...triggerOptions(true)].map(({ action }) => action);
		expect(new Set(actions).size).toBe(actions.length);
		expect(actions).toEqual(
			expect.arrayContaining([
				'On text message',
				'On member added',
				'On app re-enabled',
				'On any customer change',
				'On media upload by URL finished',
				'On text message to AI bot',
			]),
		);
		const odd = actions.filter(
			(action) =>
				!/^On ([A-Z]{2,}s? )*[a-z(]/.test(action) ||
				/ [A-Z][a-z]/.test(action.replace('AI bot', '')),
		);
		expect(odd).toEqual([]);
	});

	it('have the values that items and matches use', () => {
		const values = options.map(({ value }) => value);
		expect(values).toEqual(expect.arrayContaining(['*', 'text', 'LOCATION', 'change_contact']));
		for (const value of values) expect(matches([value], value)).toBe(true);
	});
});

describe('matches', () => {
	it.each([
		[['*'], 'anything.at_all', true],
		[['text'], 'text', true],
		[['text', 'image'], 'image', true],
		[[], 'text', false],
		[['text'], 'image', false],
		[['LOCATION'], 'location', false],
		[['change_contact'], 'change_contact.create_user', true],
		[['change_contact'], 'change_contact.new', true],
		[['change_contact'], 'change_contact', true],
		[['change_contact'], 'change_contact_other.create', false],
		[['change_contact.create_user'], 'change_contact.update_user', false],
		[['change_contact.create_user'], 'change_contact', false],
	])('%j and %s: %s', (selected, kind, expected) => {
		expect(matches(selected, kind)).toBe(expected);
	});
});
