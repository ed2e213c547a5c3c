using Sluice.EmbeddedHost.Classes;

namespace Sluice.EmbeddedHost.Calls;

/// <summary>A call that finds its activation, or has one made.</summary>
internal interface IAddressedCall
{
    GrainClass Class { get; }

    string Key { get; }
}
