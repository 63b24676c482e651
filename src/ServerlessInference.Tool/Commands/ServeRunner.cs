using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.LocalRuntime;
using ServerlessInference.Tool.LocalRuntime.Cpu;
using ServerlessInference.Tool.LocalRuntime.Http;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>Runs the command <c>serve</c> until it is cancelled.</summary>
internal sealed class ServeRunner(ToolConsole console, TimeProvider time)
{
    /// <summary>Gets a value indicating whether the output of the function is hidden.</summary>
    public bool Quiet { get; init; }

    /// <summary>Gets the format: JSON documents, or lines of text, since a table could be written only at the end.</summary>
    public OutputFormat Format { get; init; }

    /// <summary>Runs the server.</summary>
    /// <returns>The exit code for success, since cancellation is the normal end.</returns>
    /// <exception cref="UsageException">The port is in use.</exception>
    public async Task<int> RunAsync(int port, FunctionSettings settings, CancellationToken cancellationToken)
    {
        using CpuLimit cpu = await CpuEmulator.ForCurrentMachine().CreateAsync(settings.MemoryMB, cancellationToken).ConfigureAwait(false);
        var log = new EnvironmentLog(line => Log(line, Quiet), line => Log($"serverless-inference: {line}", false));
        using var output = new JsonLines(console);
        var environment = new ExecutionEnvironment(settings, cpu, log, time);
        await using ConfiguredAsyncDisposable closingEnvironment = environment.ConfigureAwait(false);
        var endpoint = new HttpEndpoint(environment, settings, time);
        var invokeEndpoint = new InvokeEndpoint(environment, settings, time);
        LocalHttpServer server;
        try
        {
            server = await LocalHttpServer.StartAsync(port, HandleAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw new UsageException(
                $"Port {port.ToString(CultureInfo.InvariantCulture)} cannot be used: {exception.Message} Choose another port with --port.");
        }

        await using (server.ConfigureAwait(false))
        {
            string url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{server.Port}");
            Log($"serverless-inference: listening on {url} ({settings.MemoryMB} MB, CPU {Describe(cpu)}); Ctrl-C stops.", false);
            await WriteAsync(new ServingDocument(url)).ConfigureAwait(false);
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Log("serverless-inference: stopping.", false);
        }

        return ExitCode.Success;

        async Task HandleAsync(HttpContext context)
        {
            try
            {
                if (RequestOrigin.FindObjection(context.Request, allowsPlainNames: false) is { } objection)
                {
                    await RefuseAsync(context, StatusCodes.Status403Forbidden, objection).ConfigureAwait(false);
                    return;
                }

                HttpExchange exchange = InvokeEndpoint.IsInvokeCall(context.Request)
                    ? await invokeEndpoint.HandleAsync(context, cancellationToken).ConfigureAwait(false)
                    : await endpoint.HandleAsync(context, cancellationToken).ConfigureAwait(false);
                var document = new ServeDocument(exchange);
                await WriteAsync(document).ConfigureAwait(false);
            }
            catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
            {
                // A malformed chunk, or a body that ends too early.
                await RefuseAsync(context, exception.StatusCode, exception.Message).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException)
            {
                // The client disconnected, or the server is shutting down, so nobody is left to answer.
                Log($"serverless-inference: {context.Request.Method} {context.Request.Path} was abandoned before it was answered.", false);
            }
        }

        async Task RefuseAsync(HttpContext context, int status, string reason)
        {
            Log($"serverless-inference: {context.Request.Method} {context.Request.Path} was refused ({status}): {reason}", false);
            context.Response.StatusCode = status;
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync(reason + "\n", cancellationToken).ConfigureAwait(false);
        }

        Task WriteAsync(IJsonDocument document) => Format == OutputFormat.Table
            ? console.OutputText.WriteLineAsync(document.ToString())
            : output.WriteAsync(document, CancellationToken.None);
    }

    private static string Describe(CpuLimit cpu) => cpu.Emulated
        ? string.Create(CultureInfo.InvariantCulture, $"share {cpu.Share:F2} by {cpu.Method}")
        : string.Create(CultureInfo.InvariantCulture, $"share {cpu.Share:F2} not emulated here");

    private void Log(string line, bool hidden)
    {
        if (!hidden)
        {
            console.Error.WriteLine(line);
        }
    }
}
