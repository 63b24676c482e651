using ServerlessInference.Sessions;

namespace ServerlessInference.Vision.Detection.Internal;

/// <summary>Derives what detection knows of a loaded model, once a model, for the pre- and the postprocessor alike. Thread-safe.</summary>
internal sealed class DetectionModels(DetectionOptions options)
{
    public DetectionModel Of(LoadedModel model) => model.GetOrCreate(this, Create);

    private DetectionModel Create(LoadedModel model) => new(model, options);
}
