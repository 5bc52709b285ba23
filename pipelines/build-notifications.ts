import type { LineOf } from './build-triggers.ts';
import { listOf } from './build-values.ts';
import { type NotificationDefinition, type NotificationTarget, usualRule } from './notification.ts';
import type { NotificationsShape } from './notification-shape.ts';
import type { Pipeline } from './pipeline.ts';

type Shape = NotificationsShape[number];

export function buildNotifications(
  shapes: NotificationsShape | undefined,
  lineOf: LineOf,
): Pick<Pipeline, 'notifications'> {
  if (!shapes?.length) return {};
  return { notifications: shapes.map((shape, index) => buildNotification(shape, index, lineOf)) };
}

function buildNotification(shape: Shape, index: number, lineOf: LineOf): NotificationDefinition {
  const target = targetOf(shape);
  const usual = usualRule(target.type);
  const path = ['notifications', index];
  return {
    line: lineOf(path),
    on: {
      success: shape.on_success ?? usual.success,
      failure: shape.on_failure ?? usual.failure,
      error: shape.on_failure ?? usual.error,
      cancelled: shape.on_cancel ?? usual.cancelled,
    },
    target,
    pullRequests: shape.pull_requests ?? target.type !== 'email',
    ...(shape.branches === undefined
      ? {}
      : { branches: { patterns: listOf(shape.branches), line: lineOf([...path, 'branches']) } }),
  };
}

function targetOf({ email, slack, webhook }: Shape): NotificationTarget {
  if (email !== undefined) return { type: 'email', to: email === 'author' ? email : listOf(email) };
  if (slack !== undefined) return { type: 'slack', url: slack };
  return { type: 'webhook', url: webhook ?? '', form: 'json' };
}
