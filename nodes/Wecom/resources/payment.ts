import { choice, filters, integer, memberPicker, moment, text } from '../engine/fields';
import type { Field, Operation, Resource } from '../engine/operation';
import type { Paging } from '../../shared/client/paging';

const pages = (max_limit: number): Paging => ({
	style: 'cursor',
	request: { cursor: 'cursor', limit: 'limit' },
	response: { cursor: 'next_cursor' },
	max_limit,
});

const period = [
	moment('begin_time', 'After', 'Start of the period', { required: true }),
	moment('end_time', 'Before', 'End of the period', { required: true }),
];
const orderNumber = text('out_trade_no', 'Order Number', 'Your own order number', {
	required: true,
});
const refundNumber = text('out_refund_no', 'Refund Number', 'Your own refund number', {
	required: true,
});
const merchant = (name: string, overrides: Partial<Field> = {}) =>
	text(name, 'Merchant ID', 'WeChat Pay merchant', {
		required: true,
		placeholder: 'e.g. 1900000109',
		...overrides,
	});
const MERCHANT = merchant('mchid');
const CNY = { 'amount.currency': 'CNY' };

/** Orders and refunds of the company's own mini programs. */
const MINI_PROGRAM: Operation[] = [
	{
		value: 'getOrder',
		name: 'Get Order',
		action: 'Get mini program order',
		description: 'Read the state of a mini program order',
		doc: 97323,
		endpoint: ['POST', '/cgi-bin/miniapppay/get_order'],
		reads: true,
		fields: [MERCHANT, orderNumber],
	},
	{
		value: 'closeOrder',
		name: 'Close Order',
		action: 'Close mini program order',
		description: 'Close a mini program order that was not paid',
		doc: 97324,
		endpoint: ['POST', '/cgi-bin/miniapppay/close_order'],
		fields: [MERCHANT, orderNumber],
		returns: ({ out_trade_no }) => ({ out_trade_no, closed: true }),
	},
	{
		value: 'createRefund',
		name: 'Create Refund',
		action: 'Create refund',
		description: 'Refund a mini program order or a part of it',
		doc: 97333,
		endpoint: ['POST', '/cgi-bin/miniapppay/refund'],
		fixed: CNY,
		fields: [
			MERCHANT,
			text('appid', 'App ID', 'The mini program to open', { required: true }),
			orderNumber,
			refundNumber,
			integer('refund', 'Refund', 'In fen, a hundredth of a yuan', {
				convert: 'fen',
				path: 'amount.refund',
				required: true,
			}),
			integer('total', 'Order Total', 'Amount of the order in fen', {
				convert: 'fen',
				path: 'amount.total',
				required: true,
			}),
			text('reason', 'Reason', 'Shown to the payer'),
		],
	},
	{
		value: 'getRefund',
		name: 'Get Refund',
		action: 'Get refund',
		description: 'Read the state of a refund',
		doc: 97352,
		endpoint: ['POST', '/cgi-bin/miniapppay/get_refund_detail'],
		reads: true,
		fields: [MERCHANT, refundNumber],
	},
	{
		value: 'getTradeBill',
		name: 'Get Trade Bill',
		action: 'Get trade bill',
		description: 'Get the URL to download all orders or refunds of a day',
		doc: 98115,
		endpoint: ['POST', '/cgi-bin/miniapppay/get_bill'],
		reads: true,
		fields: [
			MERCHANT,
			text('bill_date', 'Date', 'A day of the last three months', {
				required: true,
				placeholder: 'e.g. 2026-01-31',
				convert: 'dayText',
			}),
			choice('bill_type', 'Content', 'What the bill lists', [
				{ name: 'All Orders', value: 'ALL' },
				{ name: 'Paid Orders', value: 'SUCCESS' },
				{ name: 'Refunds', value: 'REFUND' },
			]),
		],
	},
];

/** Collections from customers and mini program payments with the app's own token; the app needs the right to collect payments. */
export const payment: Resource = {
	value: 'payment',
	name: 'Payment',
	operations: [
		{
			value: 'getManyBills',
			name: 'Get Many Bills',
			action: 'Get many bills',
			description: 'List payments and refunds of customers in a period',
			doc: 93667,
			endpoint: ['POST', '/cgi-bin/externalpay/get_bill_list'],
			reads: true,
			fields: [
				...period,
				filters([memberPicker({ displayName: 'Payee', name: 'payee_userid', required: false })]),
			],
			list: 'bill_list',
			paging: pages(1000),
		},
		{
			value: 'getManyFundFlows',
			name: 'Get Many Fund Flows',
			action: 'Get many fund flows',
			description: 'List incoming and outgoing payments of the merchant accounts in a period',
			doc: 98100,
			endpoint: ['POST', '/cgi-bin/externalpay/get_fund_flow'],
			reads: true,
			fields: [...period, filters([merchant('mch_id', { required: false })])],
			list: 'fund_flow_list',
			paging: pages(100),
		},
		{
			value: 'getProjectOrders',
			name: 'Get Project Orders',
			action: 'Get orders of collection project',
			description: 'List the order numbers of a collection this app has started',
			doc: 95944,
			endpoint: ['POST', '/cgi-bin/externalpay/get_payment_info'],
			reads: true,
			fields: [
				text('payment_id', 'Collection ID', 'Returned when the collection was started', {
					required: true,
				}),
			],
			list: 'bill_list',
		},
		{
			value: 'getMerchant',
			name: 'Get Merchant',
			action: 'Get merchant',
			description: 'Read name, state and allowed users of a merchant account',
			doc: 93666,
			endpoint: ['POST', '/cgi-bin/externalpay/getmerchant'],
			reads: true,
			fields: [merchant('mch_id')],
		},
		...MINI_PROGRAM,
	],
};
