import type { KindRow, KindTable } from './kinds';

const row = (
	infoType: string,
	name: string,
	description: string,
	doc: number,
	more: Partial<KindRow> = {},
): KindRow => ({ on: `info/${infoType}`, name, description, answer: 'S', doc, ...more });

/** Callbacks of a third-party app or a template of customized apps to its command URL. */
export const suiteEvents: KindTable = {
	family: 'suite',
	kinds: [
		row(
			'suite_ticket',
			'Suite: Ticket Received',
			'Every 10 minutes. The ticket is stored in any case; choose this only to watch it arrive.',
			90628,
		),
		row(
			'create_auth',
			'Suite: Company Authorized',
			'A company installed the app. Its permanent code is fetched and stored before the workflow runs.',
			100964,
		),
		row(
			'change_auth',
			'Suite: Authorization Changed',
			'The visible range or permissions of the app changed, or it was switched on or off',
			100964,
		),
		row(
			'cancel_auth',
			'Suite: Authorization Withdrawn',
			'A company removed the app. It is forgotten here; delete its data elsewhere, too.',
			100964,
		),
		row(
			'reset_permanent_code',
			'Suite: Permanent Code Reset',
			'A company reset the secret of its customized app. The new one is fetched and stored.',
			94758,
		),
		row(
			'corp_arch_auth',
			'Suite: Org Structure Permission Granted',
			'A company granted the permission to read its organization structure',
			97378,
		),
		row(
			'approve_special_auth',
			'Suite: Special Permission Confirmed',
			'A company confirmed a special permission; AuthType tells which',
			98959,
		),
		row(
			'cancel_special_auth',
			'Suite: Special Permission Withdrawn',
			'A company withdrew a special permission; AuthType tells which',
			98959,
		),
		row('open_order', 'Order: Placed', 'A company ordered the app; OperatorId is who', 91929),
		row('change_order', 'Order: Price Changed', 'The price of an order changed, and its ID', 91930),
		row('pay_for_app_success', 'Order: Paid', 'A company paid for the app', 91931),
		row('refund', 'Order: Refunded', 'An order of the app was refunded', 91932),
		row('cancel_order', 'Order: Canceled', 'An order of the app was canceled', 99353),
		row(
			'change_editon',
			'Order: Edition Changed',
			'A company now has another edition of the app',
			91933,
		),
		{
			on: 'event/change_app_admin',
			name: 'Suite: App Admins Changed',
			description: 'The admins of the app at a company changed. Comes to the data URL.',
			answer: 'E',
			doc: 95038,
		},
	],
};

/** Callbacks to the service provider itself, about licenses and promotion codes. */
export const providerEvents: KindTable = {
	family: 'provider',
	kinds: [
		{
			on: 'event/unlicensed_notify',
			name: 'License: Member Without License',
			description: 'A member without a license used the app. Comes to the data URL.',
			answer: 'E',
			doc: 95716,
		},
		row('license_pay_success', 'License: Paid', 'An order of licenses was paid', 95804),
		row(
			'license_refund',
			'License: Refunded',
			'A refund of licenses ended; OrderStatus 1 is done, 2 is refused',
			95805,
		),
		row(
			'auto_activate',
			'License: Activated Automatically',
			'Licenses were activated automatically; AccountList tells whose',
			95994,
			{ repeat: ['AccountList'] },
		),
		row(
			'register_corp',
			'Promotion: Company Registered',
			'A company registered through a promotion code. Carries a token that works for half an hour.',
			90585,
		),
		row(
			'enter_register_package',
			'Promotion: Code Scanned',
			'Somebody scanned a promotion code',
			98071,
		),
	],
};
