using ServerlessInference.Models;
using ServerlessInference.Models.Graphs;
using ServerlessInference.Models.Prepared;
using ServerlessInference.Sessions.Prepared;

namespace ServerlessInference.Sessions;

/// <summary>Reads the graph of a loaded model: from the record of a prepared model, or from the model itself.</summary>
/// <remarks>
/// The file has been read by ONNX Runtime just before, so its pages are in memory; weights are skipped without being read.
/// </remarks>
internal static class LoadedGraph
{
    private const int MaxRecordLength = 64 * 1024;

    /// <summary>Reads the graph of a model.</summary>
    /// <param name="artifact">The files of the model.</param>
    /// <param name="file">The file of the session; <see langword="null"/> if the model has no session.</param>
    /// <param name="description">The outputs of the model.</param>
    /// <returns>The summary; one that knows nothing if the graph cannot be read.</returns>
    public static GraphSummary Read(ModelArtifact artifact, ModelFile? file, ModelDescription description)
    {
        if (file is null && !artifact.TryGetFile("model.onnx", out file))
        {
            return GraphSummary.Unknown;
        }

        if (!PreparedName.TryParse(file.Name, out PreparedName name))
        {
            return ReadModel(file, description);
        }

        if (artifact.TryGetFile(name.Record, out ModelFile? record) && record.Length <= MaxRecordLength
            && PreparedRecord.TryRead(record.ReadAllBytes(MaxRecordLength).Span)?.Graph is { } recorded)
        {
            return recorded;
        }

        // Records of earlier versions say nothing about the graph.
        return artifact.TryGetFile(name.Model, out ModelFile? plain) ? ReadModel(plain, description) : GraphSummary.Unknown;
    }

    private static GraphSummary ReadModel(ModelFile file, ModelDescription description)
    {
        if (ModelGraph.TryRead(file) is not { } graph)
        {
            return GraphSummary.Unknown;
        }

        string[] outputs = new string[description.Outputs.Count];
        for (int i = 0; i < outputs.Length; i++)
        {
            outputs[i] = description.Outputs[i].Name;
        }

        return graph.Summarize(outputs);
    }
}
