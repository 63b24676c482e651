using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;

namespace ServerlessInference.Lambda;

/// <summary>Finds the pipelines that routes name.</summary>
internal static class ModelPipelines
{
    /// <summary>Finds the pipeline of encoded bytes of a model, or says what is wrong.</summary>
    public static IEncodedPipeline? Find(FunctionServices services, string model, string method, ICollection<string> failures)
    {
        IModelRegistry? registry = services.HasModels ? services.Provider.GetRequiredService<IModelRegistry>() : null;
        if (registry?.Names.Contains(model) != true)
        {
            failures.Add(
                $"{method}: there is no model '{model}'. Registered: " +
                (registry is { Names.Count: > 0 } ? string.Join(", ", registry.Names.Select(name => $"'{name}'")) : "none") + ".");
            return null;
        }

        IEncodedPipeline? pipeline = services.Provider.GetKeyedService<IEncodedPipeline>(model);
        if (pipeline is null)
        {
            failures.Add(
                $"{method}: the model '{model}' has no pipeline that takes encoded bytes. Give it one: UseImageClassification and the like, or UsePipeline with AcceptEncoded.");
        }

        return pipeline;
    }
}
