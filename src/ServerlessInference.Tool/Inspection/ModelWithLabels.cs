using ServerlessInference.Models;

namespace ServerlessInference.Tool.Inspection;

/// <summary>Adds a labels file from elsewhere to the files of a model.</summary>
internal sealed class ModelWithLabels(IModelSource model, string labels) : IModelSource
{
    public string Description => model.Description;

    public ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default) => model.GetVersionAsync(cancellationToken);

    public async ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
    {
        var file = new FileInfo(labels);
        if (!file.Exists)
        {
            throw new ModelLoadException($"The labels file '{labels}' does not exist.");
        }

        ModelArtifact artifact = await model.LoadAsync(cancellationToken).ConfigureAwait(false);
        return new ModelArtifact(
            artifact.Source,
            artifact.Version,
            [.. artifact.Files, ModelFile.OnDisk(TrialModel.LabelsName, file.FullName, file.Length)],
            artifact);
    }
}
