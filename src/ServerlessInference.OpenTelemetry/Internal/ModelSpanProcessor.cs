using System.Diagnostics;
using OpenTelemetry;

namespace ServerlessInference.OpenTelemetry;

/// <summary>
/// Gives the span of a model's run the attributes by which backends recognise inference. Source: OpenTelemetry's semantic conventions for
/// generative AI, which leave the values for other operations and providers open.
/// </summary>
internal sealed class ModelSpanProcessor : BaseProcessor<Activity>
{
    private const string Inference = "inference";

    public override void OnEnd(Activity data)
    {
        if (data.OperationName != Inference || data.Source.Name != "ServerlessInference")
        {
            return;
        }

        data.SetTag("gen_ai.operation.name", Inference);
        data.SetTag("gen_ai.provider.name", "onnxruntime");
        if (data.GetTagItem("model") is { } model)
        {
            data.SetTag("gen_ai.request.model", model);
            data.SetTag("gen_ai.response.model", data.GetTagItem("model.version") is { } version ? $"{model}@{version}" : model);
        }
    }
}
