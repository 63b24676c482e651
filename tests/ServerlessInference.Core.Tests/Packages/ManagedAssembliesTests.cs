using System.Reflection;
using System.Reflection.Emit;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Packages;
using ServerlessInference.Tests.Models.Archives;

namespace ServerlessInference.Tests.Packages;

public sealed class ManagedAssembliesTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task AddSplitPackageAssemblies_AssemblyInThePackageOnly_IsFound()
    {
        using var fixture = new PackageFixture();
        fixture.With(
            "managed", "managed.zip",
            ArchiveBuilder.Zip(
                ("TravellingPart.dll", Assembly("TravellingPart")),
                ("de/TravellingPart.resources.dll", Assembly("TravellingPart.resources"))));
        await using ServiceProvider services = fixture.Services(builder => builder.AddSplitPackageAssemblies());
        Assert.Throws<FileNotFoundException>(() => System.Reflection.Assembly.Load("TravellingPart"));

        await services.GetRequiredService<ISplitPackage>().LoadAsync(Stop);

        Assert.Equal(7, System.Reflection.Assembly.Load("TravellingPart").GetType("Part")!.GetMethod("Seven")!.Invoke(null, null));
    }

    [Fact]
    public async Task AddSplitPackage_Alone_LoadsNoAssemblies()
    {
        using var fixture = new PackageFixture();
        fixture.With("managed", "managed.zip", ArchiveBuilder.Zip(("StayingPart.dll", Assembly("StayingPart"))));
        await using ServiceProvider services = fixture.Services();

        await services.GetRequiredService<ISplitPackage>().LoadAsync(Stop);

        Assert.Throws<FileNotFoundException>(() => System.Reflection.Assembly.Load("StayingPart"));
    }

    private static byte[] Assembly(string name)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(name), typeof(object).Assembly);
        TypeBuilder type = assembly.DefineDynamicModule(name).DefineType("Part", TypeAttributes.Public);
        ILGenerator code = type.DefineMethod(
            "Seven", MethodAttributes.Public | MethodAttributes.Static, typeof(int), null).GetILGenerator();
        code.Emit(OpCodes.Ldc_I4_7);
        code.Emit(OpCodes.Ret);
        type.CreateType();
        var stream = new MemoryStream();
        assembly.Save(stream);
        return stream.ToArray();
    }
}
