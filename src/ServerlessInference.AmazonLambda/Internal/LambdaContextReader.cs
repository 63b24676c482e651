using System.Buffers;
using System.Text;
using System.Text.Json;
using Amazon.Lambda.Core;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.AmazonLambda;

/// <summary>Converts Amazon's context into an <see cref="InvocationContext"/>.</summary>
internal static class LambdaContextReader
{
    private const string TraceVariable = "_X_AMZN_TRACE_ID";

    public static InvocationContext Read(ILambdaContext context, TimeProvider time) => new()
    {
        RequestId = string.IsNullOrEmpty(context.AwsRequestId) ? "unknown" : context.AwsRequestId,

        // The contexts of tests have no remaining time; there is no deadline then.
        Deadline = context.RemainingTime > TimeSpan.Zero ? time.GetUtcNow() + context.RemainingTime : DateTimeOffset.MaxValue,
        InvokedFunctionArn = context.InvokedFunctionArn ?? string.Empty,
        TraceId = context.TraceId is { Length: > 0 } trace ? trace : Environment.GetEnvironmentVariable(TraceVariable),
        ClientContext = context.ClientContext is { } client ? Write(client) : null,
        CognitoIdentity = context.Identity is { IdentityId.Length: > 0 } identity ? Write(identity) : null,
        HostContext = context,
    };

    // The format of the Runtime API: {"client":{…},"custom":{…},"env":{…}}.
    private static string Write(IClientContext context) => Json(writer =>
    {
        if (context.Client is { } client)
        {
            writer.WriteStartObject("client"u8);
            writer.WriteString("installation_id"u8, client.InstallationId);
            writer.WriteString("app_title"u8, client.AppTitle);
            writer.WriteString("app_version_name"u8, client.AppVersionName);
            writer.WriteString("app_version_code"u8, client.AppVersionCode);
            writer.WriteString("app_package_name"u8, client.AppPackageName);
            writer.WriteEndObject();
        }

        Write(writer, "custom", context.Custom);
        Write(writer, "env", context.Environment);
    });

    private static string Write(ICognitoIdentity identity) => Json(writer =>
    {
        writer.WriteString("cognitoIdentityId"u8, identity.IdentityId);
        writer.WriteString("cognitoIdentityPoolId"u8, identity.IdentityPoolId);
    });

    private static void Write(Utf8JsonWriter writer, string name, IDictionary<string, string>? values)
    {
        if (values is null)
        {
            return;
        }

        writer.WriteStartObject(name);
        foreach ((string key, string value) in values)
        {
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
