using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Sessions;

namespace ServerlessInference.Lambda.Events.Http;

/// <summary>Answers a <c>GET</c> with the model's state, inputs and outputs. It can be answered while the model is loading.</summary>
internal sealed class ModelStatusEndpoint(string model, string path)
    : HttpEndpoint(path, ["GET", "HEAD"], model, "GET for the model's state")
{
    private IModelRegistry? _registry;

    public override bool NeedsModels => false;

    public override ReadOnlyMemory<byte>? DryRunBody => ReadOnlyMemory<byte>.Empty;

    // A model that is not registered is reported by the inference endpoint of the same path.
    public override void Prepare(FunctionServices services, ICollection<string> failures) =>
        _registry = services.HasModels ? services.Provider.GetRequiredService<IModelRegistry>() : null;

    public override async ValueTask HandleAsync(
        Invocation invocation, EventKind kind, HttpRequest request, CancellationToken cancellationToken)
    {
        ModelStatus status = _registry!.GetStatus(Model);
        Utf8JsonWriter inner = invocation.BeginInner();
        await ModelMetadata.WriteAsync(inner, _registry, Model, status, cancellationToken).ConfigureAwait(false);
        inner.Flush();
        HttpAnswer.Write(invocation, kind, status.State is ModelState.Loading or ModelState.Failed ? 503 : 200, HttpAnswer.Json);
    }
}
