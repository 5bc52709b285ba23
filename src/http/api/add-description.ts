import type { ApiApp } from './api-app.ts';

/** The API's description (OpenAPI 3.1), made from the routes once somebody asks. */
export function addDescription(app: ApiApp, options: { publicUrl: string; hasKey: boolean }): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'The value of HOOKLINE_API_KEY.',
  });
  let description: string | undefined;
  app.get('/api/v1/openapi.json', (context) => {
    description ??= JSON.stringify(
      app.getOpenAPI31Document({
        openapi: '3.1.0',
        info: {
          title: 'hookline',
          version: '1',
          description:
            'Times are ISO 8601 in UTC; names that end in Ms are milliseconds and in Bytes bytes; what is not known is absent. Errors are problems (RFC 9457).',
        },
        servers: [{ url: options.publicUrl }],
        ...(options.hasKey ? { security: [{ key: [] }] } : {}),
      }),
    );
    return context.newResponse(description, 200, {
      'content-type': 'application/json',
      'cache-control': 'private, no-cache',
    });
  });
}
