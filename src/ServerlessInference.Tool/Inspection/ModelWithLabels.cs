using ServerlessInference.Models;

namespace ServerlessInference.Tool.Inspection;

/// <summary>A model with a labels file from elsewhere added to its files.</summary>
internal sealed class ModelWithLabels(IModelSource model, string labels) : IModelSource
{
    public string Description => model.Description;

    public ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default) => model.GetVersionAsync(cancellationToken);

    public async ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
    {
        var file = new FileInfo(labels);
        if (!file.Exists)
        {
            throw new ModelLoadException($"There is no labels file '{labels}'.");
        }

        var artifact = await model.LoadAsync(cancellationToken).ConfigureAwait(false);
        return new ModelArtifact(
            artifact.Source, artifact.Version, [.. artifact.Files, ModelFile.OnDisk(TrialModel.LabelsName, file.FullName, file.Length)], artifact);
    }
}
