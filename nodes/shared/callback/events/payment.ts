import type { KindTable } from './kinds';

/** Notices of external payment (对外收款), JSON or XML; no page says what to answer (doc 97478). */
export const paymentEvents: KindTable = {
	family: 'payment',
	groups: [
		{
			event: 'REFUND',
			name: 'External Payment: Any Refund Change',
		},
	],
	kinds: [
		{
			on: 'payment/NORMALPAY/TRANSACTION.SUCCESS',
			name: 'External Payment: Paid',
			description: "The decrypted order is in 'payment'",
			answer: 'E',
			doc: 97335,
		},
		{
			on: 'payment/COMBINEPAY/TRANSACTION.SUCCESS',
			name: 'External Payment: Combined Order Paid',
			description: "Several orders at once; decrypted in 'payment'",
			answer: 'E',
			doc: 97335,
		},
		{
			on: 'payment/REFUND/REFUND.SUCCESS',
			name: 'External Payment: Refunded',
			description: "The decrypted refund is in 'payment'",
			answer: 'E',
			doc: 97338,
		},
		{
			on: 'payment/REFUND/REFUND.ABNORMAL',
			name: 'External Payment: Refund Failed',
			description: "The decrypted refund is in 'payment'",
			answer: 'E',
			doc: 97338,
		},
		{
			on: 'payment/REFUND/REFUND.CLOSED',
			name: 'External Payment: Refund Closed',
			description: "The decrypted refund is in 'payment'",
			answer: 'E',
			doc: 97338,
		},
	],
};
