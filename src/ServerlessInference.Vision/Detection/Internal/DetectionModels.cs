using ServerlessInference.Sessions;

namespace ServerlessInference.Vision.Detection;

/// <summary>Creates one <see cref="DetectionModel"/> per loaded model, shared by preprocessor and postprocessor. Thread-safe.</summary>
internal sealed class DetectionModels(DetectionOptions options, DetectionTask task)
{
    public DetectionModel Get(LoadedModel model) => model.GetOrCreate(this, Create);

    private DetectionModel Create(LoadedModel model) => new(model, options, task);
}
