using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;

namespace ServerlessInference.Lambda.Events;

/// <summary>Finds the pipelines of the models that routes name.</summary>
internal static class ModelPipelines
{
    /// <summary>Finds the pipeline of a model that takes encoded bytes.</summary>
    /// <returns>The pipeline; <see langword="null"/> if there is none, and then <paramref name="failures"/> has the reason.</returns>
    public static IEncodedPipeline? Find(FunctionServices services, string model, string method, ICollection<string> failures)
    {
        IModelRegistry? registry = services.HasModels ? services.Provider.GetRequiredService<IModelRegistry>() : null;
        if (registry?.Names.Contains(model) != true)
        {
            string registered = registry is { Names.Count: > 0 }
                ? string.Join(", ", registry.Names.Select(name => $"'{name}'"))
                : "none";
            failures.Add($"{method}: there is no model '{model}'. Registered: {registered}.");
            return null;
        }

        IEncodedPipeline? pipeline = services.Provider.GetKeyedService<IEncodedPipeline>(model);
        if (pipeline is null)
        {
            failures.Add(
                $"{method}: the model '{model}' has no pipeline that takes encoded bytes. " +
                "Give it one: UseImageClassification and the like, or UsePipeline with AcceptEncoded.");
        }

        return pipeline;
    }
}
