using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessInference.Models;

namespace ServerlessInference.Sessions;

/// <summary>The models of a service container, one <see cref="ModelEntry"/> each. The entries do all the work that needs a lock.</summary>
internal sealed class ModelRegistry : IModelRegistry, IDisposable
{
    private readonly Dictionary<string, ModelEntry> _entries = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly IServiceProvider _services;
    private readonly IOptionsMonitor<ModelOptions> _options;

    public ModelRegistry(
        IServiceProvider services,
        IEnumerable<ModelRegistration> registrations,
        IOptionsMonitor<ModelOptions> options,
        ModelMemory memory,
        Func<string, ModelEntry> createEntry)
    {
        _services = services;
        _options = options;
        foreach (ModelRegistration registration in registrations)
        {
            if (!_entries.ContainsKey(registration.Name))
            {
                _entries.Add(registration.Name, createEntry(registration.Name));
                _names.Add(registration.Name);
            }
        }

        memory.Attach(_entries.Values);
    }

    public IReadOnlyList<string> Names => _names;

    public ValueTask<ModelLease> AcquireAsync(string name, CancellationToken cancellationToken = default) =>
        GetEntry(name).AcquireAsync(cancellationToken);

    public async Task PreloadAsync(CancellationToken cancellationToken = default)
    {
        var loads = new List<Task>();
        foreach (string name in _names)
        {
            if (_options.Get(name).Preload)
            {
                loads.Add(LoadAsync(name, cancellationToken));
            }
        }

        await Task.WhenAll(loads).ConfigureAwait(false);
    }

    public async ValueTask<ModelIdentity> WarmUpAsync(string name, CancellationToken cancellationToken = default)
    {
        // Nobody waits for the answer to a warm-up, so it is the best time to replace a model.
        await GetEntry(name).FinishDueCheckAsync(cancellationToken).ConfigureAwait(false);
        ModelIdentity identity;
        using (ModelLease lease = await AcquireAsync(name, cancellationToken).ConfigureAwait(false))
        {
            identity = lease.Model.Identity;
        }

        // Each pipeline takes its own lease, and none is held here. If one were held, a replacement that unloads the model first would wait
        // for it, while the pipelines wait for the replacement.
        foreach (IModelPipeline pipeline in _services.GetKeyedServices<IModelPipeline>(name))
        {
            identity = await pipeline.WarmUpAsync(null, cancellationToken).ConfigureAwait(false);
        }

        return identity;
    }

    public async ValueTask<bool> RefreshAsync(string name, CancellationToken cancellationToken = default) =>
        await GetEntry(name).RefreshAsync().WaitAsync(cancellationToken).ConfigureAwait(false);

    public ModelStatus GetStatus(string name) => GetEntry(name).Status;

    public void Dispose()
    {
        foreach (ModelEntry entry in _entries.Values)
        {
            entry.Dispose();
        }
    }

    private async Task LoadAsync(string name, CancellationToken cancellationToken)
    {
        using ModelLease lease = await AcquireAsync(name, cancellationToken).ConfigureAwait(false);
    }

    private ModelEntry GetEntry(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _entries.TryGetValue(name, out ModelEntry? entry)
            ? entry
            : throw new ArgumentException(
                _names.Count == 0
                    ? $"There is no model '{name}': none is registered. Register it with AddServerlessInference().AddModel(\"{name}\", …)."
                    : $"There is no model '{name}'. Registered: {string.Join(", ", _names.Select(known => $"'{known}'"))}.",
                nameof(name));
    }
}
