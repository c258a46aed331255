import type { KindRow, KindTable } from './kinds';

const row = (
	infoType: string,
	name: string,
	description: string | undefined,
	doc: number,
	more: Partial<KindRow> = {},
): KindRow => ({
	on: `info/${infoType}`,
	name,
	...(description && { description }),
	answer: 'S',
	doc,
	...more,
});

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
		row('corp_arch_auth', 'Suite: Org Structure Permission Granted', undefined, 97378),
		row(
			'approve_special_auth',
			'Suite: Special Permission Confirmed',
			'AuthType tells which',
			98959,
		),
		row(
			'cancel_special_auth',
			'Suite: Special Permission Withdrawn',
			'AuthType tells which',
			98959,
		),
		row('open_order', 'Order: Placed', 'OperatorId is the person who placed it', 91929),
		row('change_order', 'Order: Price Changed', "The order's ID changes, too", 91930),
		row('pay_for_app_success', 'Order: Paid', undefined, 91931),
		row('refund', 'Order: Refunded', undefined, 91932),
		row('cancel_order', 'Order: Cancelled', undefined, 99353),
		row('change_editon', 'Order: Edition Changed', undefined, 91933, {
			action: 'On app edition changed',
		}),
		row(
			'customer_acquisition_permit_change',
			'Suite: Acquisition Permission Changed',
			undefined,
			92277,
		),
		row('device_data_auth_change', 'Suite: Device Data Permission Changed', undefined, 96103),
		row(
			'auth_data_permission',
			'Suite: Data Permission About to End',
			'Sent 7 days before the permission for data ends, which holds for 90 days. Not verified: one source only.',
			101545,
		),
		row(
			'customer_acquisition/service_balance_low',
			'Acquisition: Service Quota Low',
			'Few paid uses of customer acquisition links are left to a company',
			99485,
		),
		row(
			'customer_acquisition/service_balance_exhausted',
			'Acquisition: Service Quota Used Up',
			'No paid uses of customer acquisition links are left to a company',
			99485,
		),
		row(
			'customer_acquisition/service_balance_consumed',
			'Acquisition: Service Use Consumed',
			'A paid use of a customer acquisition link was consumed; LinkId names the link',
			99485,
		),
		row(
			'customer_acquisition/change_price',
			'Acquisition: Price Changed',
			'The price of a use of customer acquisition links changes at EffectiveTime',
			99485,
		),
		row(
			'change_school_contact_batch',
			'School: Many Contacts Changed',
			'Up to 1,000 changes of school contacts at once; ChangeList has one entry each',
			97281,
			{ repeat: ['ChangeList'] },
		),
		row(
			'chat_archive_audit_approved_single',
			'Archive: Customer Agreed',
			'To the archiving of a single chat',
			99532,
		),
		row(
			'chat_archive_audit_approved_room',
			'Archive: Customer Agreed in a Group',
			'ChatId tells which',
			99532,
		),
		row('chat_archive_export_finished', 'Archive: Export Finished', 'JobId tells which', 97244),
		row(
			'conversation_new_message',
			'Archive: New Conversation Messages',
			'There are new messages for a data zone program; Token gives access to them',
			97085,
		),
		row(
			'hit_keyword',
			'Archive: Keyword Hit',
			'Archived messages hold one of the keywords; Token gives access to them',
			97244,
		),
		{
			on: 'event/change_app_admin',
			name: 'Suite: App Admins Changed',
			description: 'The admins of the app at a company. Comes to the data URL.',
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
			action: 'On member without license',
			description: 'A member without a license used the app. Comes to the data URL.',
			answer: 'E',
			doc: 95716,
		},
		row('license_pay_success', 'License: Paid', undefined, 95804),
		row('license_refund', 'License: Refunded', 'OrderStatus 1 means done, 2 refused', 95805),
		row('auto_activate', 'License: Activated Automatically', 'AccountList tells whose', 95994, {
			repeat: ['AccountList'],
		}),
		row(
			'register_corp',
			'Promotion: Company Registered',
			'A company registered through a promotion code. Carries a token that works for half an hour.',
			90585,
			{ action: 'On company registered by promotion code' },
		),
		row('enter_register_package', 'Promotion: Code Scanned', undefined, 98071),
		row(
			'advanced_api_expired',
			'License: Advanced API Ended',
			'AdvanceApiType tells which',
			100269,
		),
		row(
			'advanced_api_trial_expired',
			'License: Advanced API Trial Ended',
			'AdvanceApiType tells which',
			100270,
		),
		row(
			'agree_external_userid_migration',
			'Migration: External User IDs Agreed',
			'A company agreed to new external user IDs, as part of the migration of older apps',
			95327,
			{ also: ['event/agree_external_userid_migration'] },
		),
		row('add_device', 'Device: Added', 'DeviceSn tells which', 90751),
		row('del_device', 'Device: Removed', 'DeviceSn tells which', 90751),
		row('connect_info', 'Device: Connected', 'At ConnectTime', 90751),
		row('disconnect_info', 'Device: Disconnected', 'Reason tells why', 90751),
		row('remark_device_name', 'Device: Renamed', 'RemarkName is the new name', 90751),
		row('device_feature_change', 'Device: Features Changed', undefined, 90751),
		row('error_report', 'Device: Fault Reported', 'ErrMsg tells which', 90751),
		row('fetch_log_finish', 'Device: Log Ready', 'MediaId is its file', 90751),
	],
};
