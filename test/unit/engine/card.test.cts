import { cardFrom } from '../../../nodes/Wecom/resources/message/card';
import { cardFields } from '../../../nodes/Wecom/resources/message/cardFields';
import type { ItemContext } from '../../../nodes/Wecom/engine/operation';
import replies from '../../fixtures/bot-replies.json';

const call = (values: Record<string, unknown>): ItemContext =>
	({
		context: { getNode: () => ({ name: 'WeCom', type: 'wecom', typeVersion: 1 }) },
		itemIndex: 0,
		get: (name: string, fallback: unknown = '') => values[name] ?? fallback,
	}) as unknown as ItemContext;
const card = (values: Record<string, unknown>) => cardFrom(call(values));
const list = (...row: unknown[]) => ({ row });

describe('cardFrom', () => {
	it("builds the card of WeCom's own sample from the form", () => {
		const sample = replies.find(({ type }) => type.startsWith('template_card'))!.sample_json
			.template_card as unknown as Record<string, unknown>;
		const { source, main_title, select_list, submit_button, task_id } = sample as never as {
			source: { icon_url: string; desc: string };
			main_title: { title: string; desc: string };
			select_list: Array<{ question_key: string; title: string; option_list: unknown[] }>;
			submit_button: { text: string };
			task_id: string;
		};
		const built = card({
			card_type: 'multiple_interaction',
			main_title: main_title.title,
			main_desc: main_title.desc,
			select_list: list(
				...select_list.map(({ question_key, title, option_list }) => ({
					question_key,
					title,
					option_list: list(...option_list),
				})),
			),
			card_options: {
				source_desc: source.desc,
				source_icon_url: source.icon_url,
				submit_text: submit_button.text,
				task_id,
				more: { submit_button: { key: 'submit_key' } },
			},
		});
		// What the form has no field for: disabled and preselected choices.
		for (const select of select_list as Array<Record<string, unknown>>) {
			delete select.disable;
			delete select.selected_id;
		}
		expect(built).toEqual({ ...sample, select_list });
	});

	it('makes a text notice with link, details, menu and emphasis', () => {
		const built = card({
			main_title: 'Order 42',
			sub_title_text: 'Waits for you',
			card_url: 'https://example.com/42',
			horizontal_content_list: list(
				{ keyname: 'Customer', value: 'ACME', url: '' },
				{ keyname: 'Page', value: 'Open', url: 'https://example.com' },
			),
			card_options: {
				emphasis_title: '¥42',
				action_list: list({ text: 'Mute', key: '' }),
				jump_list: list({ title: 'More', url: 'https://example.com/more' }),
			},
		});
		expect(built).toEqual({
			card_type: 'text_notice',
			main_title: { title: 'Order 42' },
			action_menu: { action_list: [{ text: 'Mute', key: '1' }] },
			horizontal_content_list: [
				{ keyname: 'Customer', value: 'ACME' },
				{ type: 1, keyname: 'Page', value: 'Open', url: 'https://example.com' },
			],
			jump_list: [{ type: 1, title: 'More', url: 'https://example.com/more' }],
			card_action: { type: 1, url: 'https://example.com/42' },
			sub_title_text: 'Waits for you',
			emphasis_content: { title: '¥42' },
			task_id: expect.stringMatching(/^n8n-[0-9a-f]{24}$/) as string,
		});
	});

	it('makes buttons that call back or open a link, also from an expression', () => {
		const { button_list, task_id } = card({
			card_type: 'button_interaction',
			main_title: 'Approve?',
			button_list: [
				{ text: 'Yes', key: 'yes', style: 2 },
				{ text: 'Open', url: 'https://example.com' },
				{ text: 'No' },
			],
			card_options: { task_id: 'order-42@x_y' },
		});
		expect(button_list).toEqual([
			{ text: 'Yes', key: 'yes', style: 2 },
			{ type: 1, text: 'Open', style: 1, url: 'https://example.com' },
			{ text: 'No', key: '3', style: 1 },
		]);
		expect(task_id).toBe('order-42@x_y');
	});

	it('makes a vote and a news notice', () => {
		expect(
			card({
				card_type: 'vote_interaction',
				main_title: 'Lunch?',
				option_list: list({ text: 'Rice', id: 'r', is_checked: true }, { text: 'Noodles' }),
				card_options: { mode: true },
			}),
		).toMatchObject({
			checkbox: {
				question_key: 'vote',
				mode: 1,
				option_list: [
					{ text: 'Rice', id: 'r', is_checked: true },
					{ text: 'Noodles', id: '2', is_checked: false },
				],
			},
			submit_button: { text: '提交', key: 'submit' },
		});
		expect(
			card({
				card_type: 'news_notice',
				main_title: 'News',
				card_url: 'https://example.com',
				card_image: 'https://example.com/i.png',
			}),
		).toEqual({
			card_type: 'news_notice',
			main_title: { title: 'News' },
			card_action: { type: 1, url: 'https://example.com' },
			card_image: { url: 'https://example.com/i.png' },
		});
	});

	it('makes text of numbers from expressions, but not of styles and marks', () => {
		const buttons = card({
			card_type: 'button_interaction',
			main_title: 42,
			sub_title_text: 7,
			horizontal_content_list: list({ keyname: 1, value: 99.5 }),
			button_list: list({ text: 1, key: 2, style: 3 }),
			card_options: { source_desc: 5, task_id: 6 },
		});
		expect(buttons).toEqual({
			card_type: 'button_interaction',
			source: { desc: '5' },
			main_title: { title: '42' },
			sub_title_text: '7',
			horizontal_content_list: [{ keyname: '1', value: '99.5' }],
			button_list: [{ text: '1', key: '2', style: 3 }],
			task_id: '6',
		});
		const { checkbox } = card({
			card_type: 'vote_interaction',
			main_title: 'Lunch?',
			option_list: [
				{ text: 1, id: 11, is_checked: 'true' },
				{ text: 2, id: 0, is_checked: 'false' },
			],
			card_options: { mode: 'false' },
		});
		expect(checkbox).toEqual({
			question_key: 'vote',
			mode: 0,
			option_list: [
				{ text: '1', id: '11', is_checked: true },
				{ text: '2', id: '0', is_checked: false },
			],
		});
		const linked = { main_title: 'x', card_url: 'https://example.com' };
		const { horizontal_content_list } = card({
			...linked,
			horizontal_content_list: [{ type: 3, keyname: 'Owner', userid: 1001 }],
		});
		expect(horizontal_content_list).toEqual([{ type: 3, keyname: 'Owner', userid: '1001' }]);
	});

	it('takes a whole card as JSON, and the task ID of the card to update', () => {
		const template_card = '{"card_type":"text_notice","task_id":"old"}';
		expect(card({ card_type: 'json', template_card })).toEqual(JSON.parse(template_card));
		expect(cardFrom(call({ card_type: 'json', template_card }), { taskId: 'new' }).task_id).toBe(
			'new',
		);
	});

	it.each([
		[{ card_type: 'json', template_card: '{' }, "'Card' is not valid JSON"],
		[{ card_type: 'json', template_card: '{}' }, "'Card' has no 'card_type'"],
		[{ main_title: 'x' }, "'Card Link' is empty"],
		[{ main_title: 'x', card_url: 'example.com' }, "'Card Link' is not a web address"],
		[{ card_url: 'https://example.com' }, 'The card has no title'],
		[{ card_type: 'news_notice', main_title: 'x' }, "'Image URL' is empty"],
		[{ card_type: 'button_interaction', main_title: 'x' }, 'The card has no button'],
		[{ card_type: 'vote_interaction', main_title: 'x' }, 'The card has no option to choose'],
		[{ card_type: 'multiple_interaction', main_title: 'x' }, 'The card has no selection'],
		[
			{
				card_type: 'button_interaction',
				main_title: 'x',
				button_list: Array(7).fill({ text: 'y' }),
			},
			"7 entries in 'Buttons', WeCom takes 6",
		],
		[
			{
				card_type: 'vote_interaction',
				main_title: 'x',
				option_list: [{ text: 'y' }],
				card_options: { task_id: 'a b' },
			},
			"'Task ID' is 'a b', which is not a valid ID",
		],
	])('%j: %s', (values, message) => {
		expect(() => card(values)).toThrow(message);
	});
});

describe('cardFields', () => {
	const fields = cardFields({ msgtype: ['template_card'] });

	it('shows the type only with a card, and every other field only with a type', () => {
		for (const { name, displayOptions, local } of fields) {
			const needs = name === 'card_type' ? 'msgtype' : 'card_type';
			expect([name, Object.keys(displayOptions?.show ?? {})]).toEqual([name, [needs]]);
			expect([name, local]).toEqual([name, true]);
		}
		const shown = (kind: string) =>
			fields
				.filter(({ displayOptions }) =>
					((displayOptions?.show?.card_type as string[] | undefined) ?? [kind]).includes(kind),
				)
				.map(({ name }) => name);
		expect(shown('json')).toEqual(['card_type', 'template_card']);
		expect(shown('vote_interaction')).toEqual([
			'card_type',
			'main_title',
			'main_desc',
			'option_list',
			'card_options',
		]);
	});
});
